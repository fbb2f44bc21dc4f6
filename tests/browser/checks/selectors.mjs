// Choosing a unit, a period, a comparison and an arrangement.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SCORECARD, SHARE } from "../support/places.mjs";
import { visit } from "../support/suite.mjs";

const unitPicker = (page) => page.locator(".path .picker");
const comparisonPicker = (page) => page.locator(".context > .picker");
const values = (page) => page.locator(".row-value").allInnerTexts();

describe("selectors", () => {
  for (const [kind, at, heading] of [
    ["scorecard", SCORECARD],
    ["measure", SHARE, "Customer satisfaction"],
  ]) {
    it(`a unit chosen on the ${kind} page is the one that is shown`, () =>
      visit(at, {}, async (page) => {
        await unitPicker(page).locator("summary").click();
        await unitPicker(page).getByRole("link", { name: "Cards and payments" }).click();
        await page.waitForURL((url) => url.pathname.endsWith("/cc-cards") && url.search === "?period=2026-10");
        assert.equal((await unitPicker(page).locator("summary").innerText()).trim(), "Cards and payments");
        assert.deepEqual(await page.locator(".path > ol > li > a").allInnerTexts(), [
          "Northmere Bank",
          "Retail",
          "Contact centre",
        ]);
        assert.match(await page.title(), /Cards and payments, October 2026/);
        assert.equal(await unitPicker(page).locator("[aria-current=page]").textContent(), "Cards and payments");
        if (heading) assert.equal(await page.locator("h1").innerText(), heading);
        // One step up again, by the path.
        await page.locator(".path").getByRole("link", { name: "Contact centre", exact: true }).first().click();
        await page.waitForURL((url) => url.pathname.endsWith("/contact-centre"));
      }));

    it(`steps of the period on the ${kind} page lead back and forth`, () =>
      visit(at, {}, async (page) => {
        const period = page.locator(".stepper strong");
        const before = await page.locator("main").innerText();
        assert.equal(await period.innerText(), "October 2026");
        await page.getByRole("link", { name: "Earlier: September 2026" }).click();
        await page.waitForURL("**?period=2026-09");
        assert.equal(await period.innerText(), "September 2026");
        assert.match(await page.title(), /September 2026/);
        assert.equal((await comparisonPicker(page).locator("summary").innerText()).trim(), "compared with August 2026");
        assert.notEqual(await page.locator("main").innerText(), before);
        if (heading) assert.equal(await page.locator("h1").innerText(), heading);
        await page.getByRole("link", { name: "Later: October 2026" }).click();
        await page.waitForURL("**?period=2026-10");
        assert.equal(await page.locator("main").innerText(), before);
      }));

    it(`a comparison chosen on the ${kind} page is the one that is made`, () =>
      visit(at, {}, async (page) => {
        await comparisonPicker(page).locator("summary").click();
        await comparisonPicker(page).getByRole("link", { name: "compared with October 2025" }).click();
        await page.waitForURL("**compare=2025-10");
        assert.equal(
          (await comparisonPicker(page).locator("summary").innerText()).trim(),
          "compared with October 2025",
        );
        assert.match(await page.locator("main").innerText(), /on Oct 2025/);
        assert.doesNotMatch(await page.locator("main").innerText(), /on Sep\b/);
      }));
  }

  it("other units have other numbers", () =>
    visit(SCORECARD, {}, async (page) => {
      const whole = await values(page);
      await unitPicker(page).locator("summary").click();
      await unitPicker(page).getByRole("link", { name: "Lakeside" }).click();
      await page.waitForURL("**/scorecard/lakeside**");
      assert.notDeepEqual(await values(page), whole);
    }));

  it("the four perspectives hold the same measures as the three legs", () =>
    visit(SCORECARD, {}, async (page) => {
      const names = async () => (await page.locator(".row-name").allTextContents()).sort();
      const inLegs = await names();
      assert.equal(await page.locator(".leg").count(), 3);
      await page.getByRole("link", { name: "Perspectives" }).click();
      await page.waitForURL("**view=perspectives");
      assert.equal(await page.locator(".leg").count(), 4);
      assert.deepEqual(await names(), inLegs);
      assert.equal(await page.locator(".segments a[aria-current=page]").innerText(), "Perspectives");
    }));

  it("only one menu is open at a time, and a click elsewhere closes it", () =>
    visit(SCORECARD, {}, async (page) => {
      await unitPicker(page).locator("summary").click();
      await comparisonPicker(page).locator("summary").click();
      assert.equal(await page.locator("details.picker[open]").count(), 1);
      await page.locator(".foot").click();
      assert.equal(await page.locator("details.picker[open]").count(), 0);
    }));

  it("light and dark can be chosen, and the choice stays", () =>
    visit(SCORECARD, { own: true, colorScheme: "light" }, async (page) => {
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await ground();
      await page.getByRole("button", { name: "Switch between light and dark" }).click();
      const dark = await ground();
      assert.notEqual(dark, light);
      await page.getByRole("link", { name: "Earlier: September 2026" }).click();
      await page.waitForURL("**?period=2026-09");
      assert.equal(await ground(), dark);
      await page.getByRole("button", { name: "Switch between light and dark" }).click();
      assert.equal(await ground(), light);
    }));

  it("the address without a place leads to the scorecard of the whole", () =>
    visit("/", {}, async (page) => {
      assert.equal(new URL(page.url()).pathname, "/scorecard/northmere");
      assert.equal(await page.locator(".stepper strong").innerText(), "October 2026");
    }));
});
