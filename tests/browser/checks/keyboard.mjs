// Everything can be reached and used without a pointer, and one sees where one is.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MEASURES, SCORECARD, SHARE } from "../support/places.mjs";
import { picture, visit } from "../support/suite.mjs";

const press = async (page, key, times = 1) => {
  for (let time = 0; time < times; time += 1) await page.keyboard.press(key);
};

describe("keyboard", () => {
  it("the first stop is a link past everything above the content", () =>
    visit(SCORECARD, {}, async (page) => {
      const skip = page.locator(".skip");
      assert.ok((await skip.boundingBox()).x < 0, "it is out of the way at first");
      await press(page, "Tab");
      const stop = await page.evaluate(whereFocusIs);
      assert.equal(stop.text, "Skip to content");
      assert.deepEqual(stop.faults, []);
      await picture(page, "keyboard.skip");
      await press(page, "Enter");
      await press(page, "Tab");
      assert.ok(
        await page.evaluate(() => document.activeElement.closest("main") !== null),
        "the next stop is in the content",
      );
    }));

  for (const [name, at] of [
    ["scorecard", SCORECARD],
    ["measure", SHARE],
    ["table of branches", MEASURES.ratio],
  ]) {
    for (const width of [1440, 390]) {
      it(`every stop of the ${name} page shows the focus at ${width} px`, () =>
        visit(at, { width }, async (page) => {
          const stops = [];
          for (;;) {
            await press(page, "Tab");
            const stop = await page.evaluate(whereFocusIs);
            // After the last stop the focus leaves the page.
            if (!stop || stops.length > 200) break;
            stops.push(stop);
          }
          const reached = stops.map((stop) => stop.text);
          for (const wanted of [
            "Skip to content",
            "evenkeel",
            "Scorecard",
            "Earlier: September 2026",
            "compared with September 2026",
          ]) {
            assert.ok(reached.includes(wanted), `${wanted} is reached`);
          }
          const expected = await page.evaluate(stopsThatThereShouldBe);
          assert.equal(
            stops.length,
            expected.length,
            `reached: ${reached.join(", ")}\nexpected: ${expected.join(", ")}`,
          );
          assert.deepEqual(
            stops.filter((stop) => stop.faults.length > 0),
            [],
          );
        }));
    }
  }

  it("a unit is chosen without a pointer, and Escape closes a menu", () =>
    visit(SCORECARD, {}, async (page) => {
      const summary = page.locator(".path .picker > summary");
      await summary.focus();
      await press(page, "Enter");
      assert.equal(await page.locator(".path .picker").evaluate((menu) => menu.open), true);
      await press(page, "Tab");
      assert.deepEqual((await page.evaluate(whereFocusIs)).faults, []);
      await press(page, "Escape");
      assert.equal(await page.locator(".path .picker").evaluate((menu) => menu.open), false);
      assert.equal(await summary.evaluate((element) => element === document.activeElement), true);
      await press(page, "Enter");
      await press(page, "Tab", 2);
      assert.match((await page.evaluate(whereFocusIs)).text, /^Business banking/);
      await press(page, "Enter");
      await page.waitForURL("**/scorecard/business-banking**");
    }));

  it("the layout is chosen with the arrow keys", () =>
    visit(SCORECARD, {}, async (page) => {
      await page.getByRole("radio", { name: "Cards" }).focus();
      await press(page, "ArrowRight");
      assert.equal(await page.getByRole("radio", { name: "Table" }).isChecked(), true);
      assert.equal(await page.locator(".leg").first().locator("details.rest .row-value").first().isVisible(), true);
    }));
});

/**
 * What has the focus, and what is wrong with how that shows. A radio button that cannot be seen shows its focus on its
 * label. Runs inside the page.
 */
function whereFocusIs() {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return undefined;
  const shown = focused.matches("input") ? focused.closest("label") : focused;
  const style = getComputedStyle(shown);
  const box = shown.getBoundingClientRect();
  const faults = [];
  if (style.outlineStyle === "none" || Number.parseFloat(style.outlineWidth) < 2) faults.push("no outline");
  if (style.outlineColor === getComputedStyle(document.body).backgroundColor)
    faults.push("the outline has the colour of the ground");
  if (box.width < 4 || box.height < 4) faults.push(`${box.width} by ${box.height} px`);
  if (box.right < 1 || box.left > innerWidth - 1 || box.bottom < 1 || box.top > innerHeight - 1)
    faults.push("out of view");
  const text = (focused.getAttribute("aria-label") ?? shown.innerText).replace(/\s+/g, " ").trim();
  return { text, faults };
}

/** The stops that the page has, each by its text; of several radio buttons only the chosen one. Runs inside the page. */
function stopsThatThereShouldBe() {
  return [...document.querySelectorAll("a[href], button, summary, input, select, [tabindex='0']")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .filter((element) => element.type !== "radio" || element.checked)
    .map((element) => (element.getAttribute("aria-label") ?? element.innerText ?? element.name).trim());
}
