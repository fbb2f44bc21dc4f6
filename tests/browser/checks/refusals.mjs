// What does not exist, and what cannot be understood, is answered in plain words.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { address, picture, visit } from "../support/suite.mjs";

const REFUSALS = [
  ["an unknown unit", "/scorecard/nowhere", 404, /no unit .*nowhere/],
  ["an unknown measure", "/measure/nothing/northmere", 404, /no measure .*nothing/],
  ["a measure of an unknown unit", "/measure/csat/nowhere", 404, /no unit .*nowhere/],
  ["a measure of one person", "/measure/service_level/somebody", 404, /service_level.*not told of one person.*staffing/s],
  ["the definition of an unknown measure", "/measures/service_levels", 404, /no measure .*did you mean .service_level/],
  ["a level that is none", "/measures?level=galaxy", 400, /neither .person. nor .unit./],
  ["an explanation of an unknown measure", "/explain/nothing/northmere", 404, /no measure .*nothing/],
  ["the rows of an unknown measure", "/rows/nothing/northmere", 404, /no measure .*nothing/],
  [
    "a period that is none",
    "/scorecard/northmere?period=soon",
    400,
    /.soon. is not a period: write a day .*month \(2026-10\)/,
  ],
  ["a thirteenth month", "/measure/csat/northmere?period=2026-13", 400, /.2026-13. is not a period/],
  ["a comparison that is none", "/scorecard/northmere?compare=soon", 400, /.soon. is not a period/],
  ["an order of people", "/measure/csat/northmere?order=person_id", 404, /not put in order by .person_id/],
  ["a breakdown by people", "/measure/csat/northmere?by=person_id", 404, /not divided by .person_id/],
  ["a row number that is none", "/measure/csat/northmere?from=soon", 400, /soon|row/],
  ["an address without a page", "/nothing/at/all", 404, /no page at this address/],
];

// Words that a library says, and a person does not.
const JARGON = /deserialize|invalid digit|panicked|unwrap|Err\(|None|null|undefined|[A-Za-z]+::[A-Za-z]+|\.rs\b/;

describe("refusals", () => {
  for (const [what, at, status, words] of REFUSALS) {
    it(`${what} is refused in plain words`, () =>
      visit(at, { forgiving: true }, async (page) => {
        assert.equal(page.answer.status(), status);
        const text = await page.locator("body").innerText();
        assert.match(text, words);
        assert.doesNotMatch(text, JARGON);
        await picture(page, `refusal.${what.replace(/ /g, "-")}`);
      }));
  }

  for (const at of ["/scorecard/northmere?period=2019-01", "/measure/csat/northmere?period=2019-01"]) {
    it(`a period without any data is not an error: ${at} says that there are none`, () =>
      visit(at, {}, async (page) => {
        assert.equal(page.answer.status(), 200);
        const text = await page.locator("main").innerText();
        assert.match(text, /no figure|nothing was recorded|not enough data/i);
        assert.doesNotMatch(text, /NaN|Infinity|undefined|null/);
        await picture(page, `no-data.${at.split("/")[1]}`);
      }));
  }

  it("every answer carries the headers that keep others out", async () => {
    for (const at of [
      "/scorecard/northmere",
      "/measure/csat/northmere",
      "/explain/csat/northmere",
      "/rows/csat/northmere",
      "/nothing",
    ]) {
      const { headers } = await fetch(address(at));
      assert.equal(headers.get("x-content-type-options"), "nosniff", at);
      assert.equal(headers.get("x-frame-options"), "DENY", at);
      assert.match(headers.get("content-security-policy"), /frame-ancestors 'none'/, at);
    }
  });
});
