// The course of a measure, drawn by ECharts on a canvas. That it is drawn, and legible, is held of every page.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { faultsOfChart, sharesOfInk, textsOfChart } from "../support/layout.mjs";
import { SHARE } from "../support/places.mjs";
import { settled, visit } from "../support/suite.mjs";

describe("the chart", () => {
  it("is described in words, with its figures in a table", () =>
    visit(SHARE, {}, async (page) => {
      assert.match(await page.locator(".chart").getAttribute("aria-label"), /Customer satisfaction.*\d/);
      const table = page.locator("figure table");
      assert.equal(await table.isVisible(), false, "the chart says it, so the table is folded");
      await page.getByText("The figures as a table").click();
      assert.equal(await table.locator("tbody tr").count(), 24);
      assert.equal(await table.locator("tbody th").first().innerText(), "Oct 2026");
    }));

  it("says the figure under the pointer, as the table has it", () =>
    visit(SHARE, {}, async (page) => {
      const chart = await page.locator(".chart canvas").boundingBox();
      const table = await page
        .locator("figure tbody tr")
        .evaluateAll((rows) => rows.map((row) => `${row.cells[0].textContent}\n${row.cells[1].textContent}`));
      for (const [place, expected] of [
        [0, table.at(-1)],
        [11, table[12]],
        [23, table[0]],
      ]) {
        const across = await page.evaluate(
          (at) =>
            window.echarts.getInstanceByDom(document.querySelector(".chart")).convertToPixel({ xAxisIndex: 0 }, at),
          place,
        );
        await page.mouse.move(chart.x + across, chart.y + chart.height / 2);
        // More lines may follow, on the usual range and on signals.
        await page.waitForFunction(
          (text) => `${document.querySelector(".chart-tip").textContent}\n`.startsWith(`${text}\n`),
          expected,
        );
        const tip = await page.locator(".chart-tip").boundingBox();
        assert.ok(tip.x >= chart.x && tip.x + tip.width <= chart.x + chart.width, "the tip stays inside of the chart");
      }
    }));

  it("is drawn anew in other colours when the theme changes, and to the new size when the window does", () =>
    visit(SHARE, { own: true, colorScheme: "light" }, async (page) => {
      const light = await page.evaluate(sharesOfInk);
      await page.getByRole("button", { name: "Switch between light and dark" }).click();
      await settled(page);
      const dark = await page.evaluate(sharesOfInk);
      assert.notEqual(dark.colour, light.colour);
      assert.ok(dark.line > 0.001);
      await page.setViewportSize({ width: 390, height: 900 });
      await page.waitForFunction(() => document.querySelector(".chart canvas").getBoundingClientRect().width < 390);
      assert.deepEqual(faultsOfChart(await page.evaluate(textsOfChart)), []);
    }));
});
