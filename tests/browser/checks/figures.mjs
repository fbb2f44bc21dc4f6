// Figures that people type: somebody signs in, pastes a block of a spreadsheet, is told what is wrong, and sends the rest.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import { startDemonstration } from "../support/demonstration.mjs";
import { picture, settled, surroundings } from "../support/suite.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe("figures that people type", () => {
  let demonstration;
  let signing;
  let context;
  let page;
  const problems = [];

  before(async () => {
    demonstration = await startDemonstration(process.env.EVENKEEL, { figures: true });
    signing = await demonstration.withAccounts();
    context = await surroundings();
    page = await context.newPage();
    page.on("console", (message) => {
      // A form that is refused is answered with its page and the status 422, which browsers note.
      if (message.type() === "error" && !message.text().includes("422")) problems.push(message.text());
    });
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(`${signing.url}/set-up`);
    await page.fill("[name=code]", signing.code);
    await page.fill("[name=name]", "Rosa Anand");
    await page.fill("[name=sign_in]", "rosa");
    await page.fill("[name=password]", "seven quiet harbours");
    await page.click("button[type=submit]:not(.who button)");
    await page.waitForURL(/administration/);
  });
  after(async () => {
    await context?.close();
    await demonstration?.stop();
  });

  it("the page has every figure that is owed and holds together", async () => {
    for (const width of [1440, 390]) {
      for (const colorScheme of ["light", "dark"]) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        for (const at of ["/owed", "/owed/all", "/owed/approval"]) {
          await page.goto(signing.url + at);
          await settled(page);
          await picture(page, `${at.slice(1).replace("/", "-")}.${width}.${colorScheme}`);
          await page.evaluate(axe);
          const found = await page.evaluate(async () => (await window.axe.run()).violations.map((rule) => rule.id));
          assert.deepEqual(found, [], `${at} at ${width} px, ${colorScheme}`);
          const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(excess <= 0, `${at} at ${width} px is wider than the window`);
        }
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it("a block of a spreadsheet fills the boxes downward and across", async () => {
    await page.goto(`${signing.url}/owed`);
    const first = page.locator("input[data-box]").first();
    await first.focus();
    await first.evaluate((box) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", "96\t120\tTwo visits\r\n101,5\t120\t\"with a\nbreak\"\r\n9,000\t120\t\r\n");
      box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    });
    const values = await page.locator("[data-box]").evaluateAll((boxes) => boxes.slice(0, 9).map((box) => box.value));
    assert.deepEqual(values, ["96", "120", "Two visits", "101,5", "120", "with a\nbreak", "9,000", "120", ""]);
    // Enter moves down and sends nothing.
    await first.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.value), "101,5");
  });

  it("what is ready is sent, and what is not says why and stays", async () => {
    await page.click("text=Send what is ready");
    await page.waitForLoadState();
    const text = await page.locator("main").innerText();
    assert.match(text, /2 figures were sent/);
    assert.match(text, /“9,000” can be read as 9000 and as 9\.000/);
    assert.match(text, /waits for approval/i);
    assert.equal(await page.locator("input[aria-invalid=true]").inputValue(), "9,000");
    await picture(page, "owed-refused");
  });

  it("nothing went wrong on the way", () => assert.deepEqual(problems, []));
});
