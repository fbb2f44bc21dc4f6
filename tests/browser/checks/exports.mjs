// Charts leave the page: as figures from the server, and as pictures that the page makes of them.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { COMPARISON, MAP, SCORECARD, SHARE } from "../support/places.mjs";
import { visit } from "../support/suite.mjs";

// A measure whose target has a deadline.
const WAY = "/measure/certification/northmere?period=2026-10";

// Where a chart is, the name of its files, a column of its figures and a word that its picture holds.
const CHARTS = {
  course: [SHARE, "csat-northmere-2026-10-course", "usual_low", "target"],
  way: [WAY, "certification-northmere-2026-10-way", "outcome", "2026"],
  funnel: [COMPARISON, "csat-northmere-2026-01__2026-10-funnel", "like_for_like", "minimum"],
  map: [MAP, "northmere-2026-10-map", "leads_to", "Customer"],
  balance: [SCORECARD, "northmere-2026-10-balance", "score_before", "score, 0 to 100"],
};

async function downloaded(page, click) {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  const file = await download.path();
  if (process.env.SHOTS) {
    mkdirSync(process.env.SHOTS, { recursive: true });
    copyFileSync(file, path.join(process.env.SHOTS, download.suggestedFilename()));
  }
  return { name: download.suggestedFilename(), bytes: readFileSync(file) };
}

/** The width and height of a PNG, which stand in its first block. */
const sizeOf = (bytes) => [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];

describe("what charts leave the page as", () => {
  for (const [chart, [at, name, column, word]] of Object.entries(CHARTS)) {
    // Pictures are light, and whole, however the page is read.
    for (const options of [{}, { width: 390, colorScheme: "dark" }]) {
      it(`${chart}, ${options.width ?? 1440} px`, () =>
        visit(at, options, async (page) => {
          const files = page.locator(`.save:has([data-save="${name}"])`);
          const csv = await downloaded(page, () => files.getByRole("link").click());
          assert.equal(csv.name, `${name}.csv`);
          const [heading, ...rows] = csv.bytes.toString("utf8").replace("\u{feff}", "").trim().split("\r\n");
          assert.ok(heading.split(",").includes(column), heading);
          assert.ok(rows.length >= 2, `${rows.length} rows`);

          const svg = await downloaded(page, () => files.getByRole("button", { name: "SVG" }).click());
          assert.equal(svg.name, `${name}.svg`);
          const text = svg.bytes.toString("utf8");
          const title = await files.locator("[data-save]").getAttribute("data-title");
          for (const part of [title.split(",")[0], "2026", "loaded", "data ", word, "@font-face"]) {
            assert.ok(text.includes(part), `${part} is missing`);
          }
          assert.doesNotMatch(text, /var\(|light-dark|class="(mark|name|line)|<script|href="\//);
          // It is one well-formed document, in light colours, and nothing in it is asked for elsewhere.
          const found = await page.evaluate((source) => {
            const parsed = new DOMParser().parseFromString(source, "image/svg+xml");
            const ids = new Set(Array.from(parsed.querySelectorAll("[id]"), (element) => element.id));
            const uses = Array.from(parsed.querySelectorAll("use"), (use) => use.getAttribute("href").slice(1));
            return {
              broken: parsed.querySelector("parsererror")?.textContent,
              ground: parsed.querySelector("rect").getAttribute("fill"),
              lost: uses.filter((id) => !ids.has(id)),
            };
          }, text.replace(/<style[^>]*>.*?<\/style>/gs, "").replace(/ style="[^"]*"/g, ""));
          assert.deepEqual(found, { broken: undefined, ground: "rgb(255, 255, 255)", lost: [] });

          const png = await downloaded(page, () => files.getByRole("button", { name: "PNG" }).click());
          assert.equal(png.name, `${name}.png`);
          const [, width, height] = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(text);
          assert.deepEqual(sizeOf(png.bytes), [Math.floor(width * 2), Math.floor(height * 2)]);
          // A picture of nothing would be far smaller.
          assert.ok(png.bytes.length > 10_000, `${png.bytes.length} bytes`);
        }));
    }
  }

  it("without script the figures are there, and no button that does nothing", () =>
    visit(SHARE, { javaScriptEnabled: false }, async (page) => {
      const csv = await downloaded(page, () => page.locator(".save").first().getByRole("link").click());
      assert.match(csv.bytes.toString("utf8"), /csat,/);
      assert.equal(await page.locator(".save button:visible").count(), 0);
    }));
});
