// What a stranger puts into an address, or a colleague into a title, is shown as text and never run.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { address, visit } from "../support/suite.mjs";

const BLOW = `"'></script><script>window.struck = 1</script><img src=x onerror="window.struck = 1">`;
const encoded = encodeURIComponent(BLOW);

const ADDRESSES = [
  `/scorecard/${encoded}`,
  `/measure/${encoded}/northmere`,
  `/measure/csat/${encoded}`,
  `/explain/csat/${encoded}`,
  `/rows/${encoded}/northmere`,
  `/scorecard/northmere?period=${encoded}`,
  `/scorecard/northmere?compare=${encoded}`,
  `/scorecard/northmere?view=${encoded}`,
  `/scorecard/northmere?${encoded}=${encoded}`,
  `/measure/csat/northmere?period=2026-10&view=${encoded}`,
  `/measure/csat/northmere?from=${encoded}`,
  `/measure/csat/northmere?by=${encoded}`,
  `/measure/csat/northmere?by=attributes.${encoded}`,
  `/measure/csat/northmere?order=${encoded}`,
  `/measure/csat/northmere?period=2026-10#${encoded}`,
  `/${encoded}`,
];

describe("hostile input", () => {
  for (const at of ADDRESSES) {
    it(`does nothing in ${decodeURIComponent(at).replace(BLOW, "…").replaceAll(BLOW, "…")}`, async () => {
      const answer = await fetch(address(at));
      assert.ok(answer.status < 500, `status ${answer.status}`);
      const body = await answer.text();
      const plain = answer.headers.get("content-type").startsWith("text/plain");
      // A plain text may repeat what was asked for, as long as no browser takes it for a page.
      if (plain) assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
      else assert.ok(!body.includes("window.struck"), "the page does not repeat it");

      await visit(at, { forgiving: true }, async (page) => {
        assert.equal(await page.evaluate(() => window.struck), undefined);
        assert.equal(await page.locator("img").count(), 0);
        assert.deepEqual(
          page.problems.filter((problem) => /^(dialog|script|asks)/.test(problem)),
          [],
        );
      });
    });
  }

  for (const at of ["/measure/hostile/northmere?period=2026-10", "/measure/hostile/cc-cards?period=2026-10"]) {
    it(`in a title is shown as it was written, on ${at}`, () =>
      visit(at, {}, async (page) => {
        assert.equal(await page.evaluate(() => window.struck), undefined);
        assert.equal(await page.locator("img").count(), 0);
        const written = `<script>window.struck = 1</script><img src=x onerror="window.struck = 1">`;
        assert.equal(await page.locator("h1").innerText(), written);
        assert.ok((await page.title()).startsWith(written));
        assert.equal(await page.locator(".lead").innerText(), "</script><script>window.struck = 1</script>");
        assert.equal(await page.locator(".chart canvas").count(), 1, "the data of the chart are still read");
      }));
  }
});
