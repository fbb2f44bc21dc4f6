// Where no script runs, everything is still there but the drawing of charts.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { excessWidth, faultsOfLayout } from "../support/layout.mjs";
import { LIBRARY, SCORECARD, SHARE } from "../support/places.mjs";
import { address, picture, visit } from "../support/suite.mjs";

const OFF = { javaScriptEnabled: false };

describe("without script", () => {
  it("the scorecard says the same", () =>
    visit(SCORECARD, {}, async (page) => {
      const read = (where) => where.locator("h1, .row-name, .row-value, .row-target, .score").allTextContents();
      const withScript = await read(page);
      assert.ok(withScript.filter((text) => /\d/.test(text)).length > 20);
      await visit(SCORECARD, OFF, async (bare) => {
        await picture(bare, "without-script.scorecard");
        assert.deepEqual(await read(bare), withScript);
        assert.deepEqual(await bare.evaluate(faultsOfLayout), []);
      });
    }));

  it("the figures of the chart stand in a table that is open", () =>
    visit(SHARE, OFF, async (page) => {
      await picture(page, "without-script.measure");
      assert.equal(await page.locator(".chart").isVisible(), false, "no empty frame is left");
      assert.equal(await page.locator("figure tbody td").first().isVisible(), true);
      assert.equal(await page.locator("figure tbody tr").count(), 24);
      assert.equal(await page.evaluate(excessWidth), 0);
    }));

  it("a switch that needs a script is not shown", () =>
    visit(SCORECARD, OFF, async (page) => {
      assert.equal(await page.locator("[data-theme-switch]").isVisible(), false);
    }));

  it("unit, period, comparison and arrangement are chosen by links", () =>
    visit(SCORECARD, OFF, async (page) => {
      await page.locator(".path .picker > summary").click();
      await page.locator(".path .menu").getByText("Lakeside").click();
      assert.equal(page.url(), address("/scorecard/lakeside?period=2026-10"));
      await page.locator(".stepper a[rel=prev]").click();
      assert.equal(page.url(), address("/scorecard/lakeside?period=2026-09"));
      assert.equal(await page.locator(".stepper strong").innerText(), "September 2026");
      await page.locator(".context > .picker > summary").click();
      await page.getByText("compared with September 2025").click();
      assert.equal(page.url(), address("/scorecard/lakeside?period=2026-09&compare=2025-09"));
      await page.getByText("Perspectives").click();
      assert.equal(await page.locator(".leg").count(), 4);
    }));

  it("the list of measures is narrowed down by a form, and leads to the definition and its figures", () =>
    visit(LIBRARY, OFF, async (page) => {
      const all = await page.locator(".measures tbody tr").count();
      assert.ok(all > 100, `${all} measures`);
      await page.getByLabel("Leg").selectOption("employee");
      await page.getByLabel("Search").fill("satisfied");
      await page.getByRole("button", { name: "Show" }).click();
      const found = await page.locator(".measures tbody th code").allInnerTexts();
      assert.ok(found.includes("esat") && !found.includes("csat") && found.length < 10, found.join(" "));
      await page.getByRole("link", { name: "Satisfied with their work" }).click();
      assert.match(await page.locator("h1").innerText(), /Satisfied with their work/);
      await page.getByRole("link", { name: "Its figures" }).click();
      assert.match(page.url(), /\/measure\/esat\/northmere/);
    }));

  it("folds open, and the table layout works", () =>
    visit(SCORECARD, OFF, async (page) => {
      const folded = page.locator("details.rest").first();
      await folded.locator("summary").click();
      assert.equal(await folded.locator(".row-value").first().isVisible(), true);
      await page.getByText("Table", { exact: true }).click();
      assert.equal(await page.locator("details.rest").last().locator(".row-value").first().isVisible(), true);
    }));

  it("where the chart library fails, the table is there instead of a blank", () =>
    visit(SHARE, { own: true }, async (page) => {
      await page.route("**/echarts.*.js", (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
      await page.reload();
      await page.locator("figure tbody td").first().waitFor({ state: "visible" });
      assert.equal(await page.locator(".chart").isVisible(), false);
    }));
});
