// What the record holds can be taken along, and the strategy map says in a table what its picture shows.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { DATA, MAP } from "../support/places.mjs";
import { visit } from "../support/suite.mjs";

describe("record and map", () => {
  it("the rejected rows are a file without what stands in them", () =>
    visit(DATA, {}, async (page) => {
      const told = await page.locator("#rejected tbody td.number").allInnerTexts();
      const rows = told.reduce((sum, text) => sum + Number(text.replaceAll(",", "")), 0);
      assert.ok(rows > 0, "the demonstration has some");
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Rejected rows as CSV" }).click(),
      ]);
      const lines = (await readFile(await download.path(), "utf8")).trim().split("\n");
      assert.equal(lines[0], "source,table,file,line,column,reason,meaning,looks_like");
      assert.equal(lines.length - 1, rows);
    }));

  it("every arrow of the picture stands in the table, and every box leads to its measure", () =>
    visit(MAP, {}, async (page) => {
      const arrows = await page.locator(".strategy-map .number text").allTextContents();
      const lines = await page.locator("#links tbody th").allInnerTexts();
      assert.ok(arrows.length > 0);
      assert.deepEqual(arrows.toSorted(), lines.toSorted());
      assert.match(await page.locator("#links tbody tr").first().innerText(), /declared, not tested yet/);
      const box = page.locator(".strategy-map a.node").first();
      assert.match(await box.locator("title").textContent(), /: .*(target|figure|data)/);
      await box.focus();
      assert.notEqual(await box.evaluate((element) => getComputedStyle(element).outlineStyle), "none");
      await box.click();
      await page.waitForURL("**/measure/**");
    }));

  it("on a telephone a list takes the place of the picture", () =>
    visit(MAP, { width: 390 }, async (page) => {
      assert.equal(await page.locator(".strategy-map").isVisible(), false);
      assert.ok((await page.locator(".map-list li").count()) > 10);
      assert.equal(await page.locator(".map-list").isVisible(), true);
    }));
});
