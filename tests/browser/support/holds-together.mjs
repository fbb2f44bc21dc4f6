// What holds for every page, whoever looks at it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { before, it } from "node:test";
import { excessWidth, faultsOfChart, faultsOfLayout, sharesOfInk, shiftsOfLayout, textsOfChart } from "./layout.mjs";
import { open, picture } from "./suite.mjs";

/** The width of a desk and of a telephone. */
export const WIDTHS = [1440, 390];
/** Both colour schemes. */
export const SCHEMES = ["light", "dark"];

const STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Registers what is checked of a page. `at` and `context` may be functions, for what is known only when the checks run;
 * `menus` is how many menus the page has, and `looksIntoMenus` whether axe looks into them too.
 */
export function holdsTogether(at, context, { name, colorScheme, menus, chart, looksIntoMenus = false }) {
  let page;
  let shifts;
  before(async () => {
    page = await open(at, context());
    shifts = await page.evaluate(shiftsOfLayout);
    await picture(page, name);
  });

  it("is a page with a title, one main heading and a strict policy", async () => {
    assert.equal(page.answer.status(), 200);
    assert.notEqual(await page.title(), "");
    assert.equal(await page.locator("h1").count(), 1);
    const policy = page.answer.headers()["content-security-policy"] ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
  });

  it("does not move while it is drawn", () => {
    assert.ok(shifts.sum < 0.005, `${shifts.moved.join(", ")} moved, by ${shifts.sum} in all`);
  });

  it("follows the colour scheme", async () => {
    const lightness = await page.evaluate(() => {
      const channels = getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).map(Number);
      return Math.max(...channels) / 255;
    });
    assert.ok(colorScheme === "dark" ? lightness < 0.3 : lightness > 0.7, `the ground is ${lightness}`);
  });

  it("does not scroll sideways, and no text is covered or cut off", async () => {
    assert.equal(await page.evaluate(excessWidth), 0);
    assert.deepEqual(await page.evaluate(faultsOfLayout), []);
  });

  if (chart ?? (typeof at === "string" && at.startsWith("/measure/"))) {
    it("has its chart drawn, the texts inside of it and clear of each other, the last value among them", async () => {
      const canvas = await page.locator(".chart canvas").boundingBox();
      assert.ok(canvas.width > 250 && canvas.height > 250, `${canvas.width} by ${canvas.height}`);
      const { line } = await page.evaluate(sharesOfInk);
      assert.ok(line > 0.001, `the line covers ${line} of the canvas`);
      const chart = await page.evaluate(textsOfChart);
      const value = (await page.locator(".headline-figure .value").innerText()).replace(/\s/g, "");
      assert.ok(
        chart.texts.some(({ text }) => text.replace(/\s/g, "") === value),
        `${value} stands at the last point`,
      );
      assert.deepEqual(faultsOfChart(chart), []);
    });
  }

  it("holds together with everything unfolded", async () => {
    await page.evaluate(() => {
      for (const fold of document.querySelectorAll("details:not(.picker)")) fold.open = true;
    });
    await picture(page, `${name}.unfolded`);
    assert.equal(await page.evaluate(excessWidth), 0);
    assert.deepEqual(await page.evaluate(faultsOfLayout), []);
  });

  // Scripts that the test itself runs are not bound by the policy of the page, so it stays in force.
  it("meets WCAG 2.2 AA as far as axe can tell", async () => {
    await page.evaluate(axe);
    assert.deepEqual(await page.evaluate(violations, [STANDARD, "body"]), []);
  });

  it("holds together with a menu open", async () => {
    const pickers = await page.locator("details.picker").all();
    assert.equal(pickers.length, menus, "one for the unit and one for the comparison");
    for (const picker of pickers) {
      // Opening one closes the other, for they share a name.
      await picker.evaluate((menu) => {
        menu.open = true;
      });
      assert.equal(await page.evaluate(excessWidth), 0);
      const { x, width } = await picker.locator(".menu").boundingBox();
      assert.ok(x >= 0 && x + width <= page.viewportSize().width, `the menu reaches from ${x} to ${x + width}`);
    }
    // The menus are the same on every page, so axe looks at them on one.
    if (looksIntoMenus) assert.deepEqual(await page.evaluate(violations, [STANDARD, ".context"]), []);
  });

  // Last, so that it hears what all of the above brought up.
  it("raises no error and asks nothing of other hosts", () => {
    assert.deepEqual(page.problems, []);
  });
}

/** What axe finds, one line for each place. Runs inside the page. */
async function violations([standard, within]) {
  const found = await window.axe.run(within, {
    runOnly: { type: "tag", values: standard },
    resultTypes: ["violations"],
  });
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`),
  );
}
