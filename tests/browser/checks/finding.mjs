// The field in the mast finds things by what they are called, with and without a script.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DATA } from "../support/places.mjs";
import { visit } from "../support/suite.mjs";

const field = (page) => page.locator(".finder input[type=search]");

describe("finding things", () => {
  it("a stroke leads to the field, and what is found keeps unit and period", () =>
    visit("/scorecard/lakeside?period=2026-09", {}, async (page) => {
      await page.keyboard.press("/");
      assert.equal(await field(page).evaluate((element) => element === document.activeElement), true);
      const outline = await page.locator(".finder label").evaluate((label) => getComputedStyle(label).outlineStyle);
      assert.equal(outline, "solid", "one sees where one is");
      await page.keyboard.type("customer satisfaction");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/search?**");
      assert.equal(await page.locator(".stepper strong").innerText(), "September 2026");
      assert.equal(await field(page).inputValue(), "customer satisfaction");
      // In the field a stroke is a stroke.
      await field(page).focus();
      await page.keyboard.press("End");
      await page.keyboard.press("/");
      assert.equal(await field(page).inputValue(), "customer satisfaction/");
      await page.locator(".hits").first().getByRole("link", { name: "Customer satisfaction", exact: true }).click();
      await page.waitForURL("**/measure/csat/lakeside?period=2026-09");
    }));

  it("works without a script, from a page about no period too", () =>
    visit(DATA, { javaScriptEnabled: false }, async (page) => {
      await field(page).fill("lakesde");
      await page.locator(".finder button").click();
      assert.match(page.url(), /\/search\?/);
      await page.locator(".hits").getByRole("link", { name: "Lakeside" }).click();
      assert.match(page.url(), /\/scorecard\/lakeside\?period=2026-10/);
    }));

  it("shows what is asked as text", () =>
    visit(`/search?q=${encodeURIComponent('"><script>window.struck = 1</script><img src=x>')}`, {}, async (page) => {
      assert.equal(await page.evaluate(() => window.struck), undefined);
      assert.equal(await page.locator("img").count(), 0);
      assert.match(await page.locator("h1").innerText(), /<script>window\.struck/);
    }));

  it("finds nobody who works here", () =>
    visit("/search?q=E1042", {}, async (page) => {
      assert.match(await page.locator(".lead").innerText(), /^Nothing is called like that/);
      assert.equal(await page.locator(".hits").count(), 0);
    }));
});
