// From a number on the scorecard to its measure, to how it came about, and to the rows behind it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { MEASURES, SCORECARD, SHARE, TEAM_SCORECARD } from "../support/places.mjs";
import { address, settled, visit } from "../support/suite.mjs";

describe("numbers", () => {
  for (const [name, at] of [
    ["organisation", SCORECARD],
    ["team", TEAM_SCORECARD],
  ]) {
    it(`each on the scorecard of the ${name} leads to a measure page that says the same`, () =>
      visit(at, {}, async (page) => {
        const rows = await page.evaluate(linesOfScorecard);
        assert.ok(rows.length > 15, `${rows.length} rows`);
        assert.ok(
          rows.some((row) => /\d/.test(row.value)),
          "some row has a number",
        );
        for (const row of rows) assert.match(row.url, /^\/measure\/[a-z0-9_]+\/[a-z0-9-]+\?period=2026-10$/, row.name);
        const behind = await page.evaluate(
          figuresOf,
          rows.map((row) => row.url),
        );
        assert.deepEqual(
          behind,
          rows.map(({ url, ...says }) => ({ status: 200, ...says })),
        );
      }));
  }

  it("a click on the name opens the measure page, one on the count the rows", () =>
    visit(SCORECARD, {}, async (page) => {
      await page.getByRole("link", { name: "Customer satisfaction" }).last().click();
      await page.waitForURL("**/measure/csat/northmere?period=2026-10");
      assert.equal(await page.locator("h1").innerText(), "Customer satisfaction");
      await page.goBack();
      await page.locator(".row a.count:visible", { hasText: "answers" }).last().click();
      await page.waitForURL("**/measure/*/northmere?period=2026-10#rows");
      await settled(page);
      const { y } = await page.locator("#rows").boundingBox();
      assert.ok(y < page.viewportSize().height, "the rows have come into view");
    }));

  it("a figure is broken down by what is chosen, and its groups add up to it", () =>
    visit(SHARE, {}, async (page) => {
      const choices = await page.locator("#by option").evaluateAll((options) => options.map((option) => option.value));
      for (const known of ["case.topic", "customer.segment"]) assert.ok(choices.includes(known), choices.join());
      await page.selectOption("#by select", "case.topic");
      await page.locator("#by button").click();
      await page.waitForURL("**/measure/csat/northmere?period=2026-10&by=case.topic#by");
      await settled(page);
      const { y } = await page.locator("#by").boundingBox();
      assert.ok(y < page.viewportSize().height, "the breakdown has come into view");
      assert.equal(await page.locator("#by select").inputValue(), "case.topic");
      const rows = await page.locator("#by tbody tr").evaluateAll((rows) =>
        rows.map((row) => ({ name: row.children[1].textContent, n: Number(row.children[4].textContent.replace(/,/g, "")) })),
      );
      const all = rows.pop();
      assert.equal(all.name, "all");
      assert.ok(rows.length > 2, `${rows.length} groups`);
      assert.equal(
        rows.reduce((sum, row) => sum + row.n, 0),
        all.n,
      );
    }));

  it("the rows are put in order by a heading, one way and then the other", () =>
    visit(SHARE, {}, async (page) => {
      const sorted = () => page.locator("#rows th[aria-sort]").evaluateAll((heads) => heads.map((head) => `${head.textContent} ${head.ariaSort}`));
      const scores = async () => {
        const at = await page.locator("#rows th").evaluateAll((heads) => heads.findIndex((head) => head.textContent === "score"));
        return page.locator("#rows tbody tr").evaluateAll((rows, at) => rows.map((row) => Number(row.children[at].textContent)), at);
      };
      assert.deepEqual(await sorted(), ["answered at descending"]);
      await page.getByRole("link", { name: "score", exact: true }).click();
      await page.waitForURL("**&order=-score#rows");
      assert.deepEqual(await sorted(), ["score descending"]);
      assert.equal(Math.min(...(await scores())), 5);
      await page.getByRole("link", { name: "Rows after" }).click();
      await page.waitForURL("**&order=-score&from=8#rows");
      assert.deepEqual(await sorted(), ["score descending"]);
      await page.getByRole("link", { name: "score", exact: true }).click();
      await page.waitForURL("**&order=score#rows");
      assert.deepEqual(await sorted(), ["score ascending"]);
      assert.ok(Math.max(...(await scores())) < 5);
    }));

  it("folded measures appear when they are unfolded", () =>
    visit(SCORECARD, {}, async (page) => {
      const folded = page.locator("details.rest .row-value");
      assert.equal(await folded.first().isVisible(), false);
      await page.locator("details.rest > summary").first().click();
      assert.equal(await folded.first().isVisible(), true);
    }));

  it("the table layout shows all measures, each column under its head", () =>
    visit(SCORECARD, {}, async (page) => {
      await page.getByText("Table", { exact: true }).click();
      assert.equal(
        await page.locator("details.rest .row-value:visible").count(),
        await page.locator("details.rest .row-value").count(),
      );
      const columns = await page.evaluate(columnsOfTable);
      assert.ok(columns.length >= 7, `${columns.length} columns`);
      assert.deepEqual(
        columns.filter((column) => !column.aligned),
        [],
      );
      const heads = columns.map((column) => column.head);
      for (const head of ["Measure", "October 2026", "Target"]) assert.ok(heads.includes(head), heads.join(", "));
    }));

  it("the explanation of a share names numerator, denominator and value", () =>
    visit(SHARE, {}, async (page) => {
      const value = (await page.locator(".headline-figure .value").innerText()).replace(/\s+/g, " ");
      const count = await page.locator(".beside a").first().innerText();
      await page.getByRole("link", { name: "How this number came about" }).click();
      await page.waitForURL("**/explain/csat/northmere?period=2026-10");
      const text = (await page.locator("body").innerText()).replace(/[^\S\n]+/g, " ");
      assert.match(text, /Customer satisfaction/);
      assert.ok(text.includes(value), `it says ${value}`);
      assert.match(text, new RegExp(`answers ${count}`));
      assert.match(text, /Counts answers \(score at least 4\)/);
      assert.match(text, /Out of all answers/);
      assert.match(text, /as numerator,/);
      assert.match(text, /as denominator/);
    }));

  const says = {
    share: /Counts answers .*Out of all answers/s,
    mean: /Averages .*Out of visits/s,
    quantile: /Takes the median of/,
    ratio: /Adds up .*Divided by/s,
    count: /Counts all cases/,
    team: /Counts answers .*Out of all answers/s,
  };
  for (const [kind, at] of Object.entries(MEASURES)) {
    it(`behind ${kind} are its definition, its query, and a file with a header and as many rows as the page says`, () =>
      visit(at, {}, async (page) => {
        const link = await page.getByRole("link", { name: "How this number came about" }).getAttribute("href");
        const explanation = (await (await page.request.get(address(link))).text()).replace(/[^\S\n]+/g, " ");
        assert.match(explanation, says[kind]);
        assert.match(explanation, /select [\s\S]+ from [a-z_]+/);
        assert.match(explanation, /as of 2026-11-02T06:10:00Z/);

        const total = Number(
          /of ([\d,]+)$/.exec(await page.locator("#rows header .tiny").innerText())[1].replace(/,/g, ""),
        );
        const waiting = page.waitForEvent("download");
        await page.getByRole("link", { name: "All rows as a file" }).click();
        const download = await waiting;
        assert.match(download.suggestedFilename(), /^[a-z0-9_-]+-2026-10\.csv$/);
        const [header, ...rows] = table(readFileSync(await download.path(), "utf8"));
        assert.ok(header.length > 3 && header.every((column) => /^[a-z][a-z0-9_]*$/.test(column)), header.join());
        assert.equal(rows.length, total);
        assert.ok(
          rows.every((row) => row.length === header.length),
          "every row has as many cells as the header",
        );
      }));
  }

  it("further rows can be leafed through", () =>
    visit(SHARE, {}, async (page) => {
      const first = await page.locator("#rows tbody tr").first().innerText();
      await page.getByRole("link", { name: "Rows after" }).click();
      await page.waitForURL("**from=*");
      assert.match(await page.locator("#rows header .tiny").innerText(), /^9 to 16 of /);
      assert.notEqual(await page.locator("#rows tbody tr").first().innerText(), first);
      await page.getByRole("link", { name: "Rows before" }).click();
      await page.waitForURL((url) => !url.search.includes("from="));
      assert.equal(await page.locator("#rows tbody tr").first().innerText(), first);
    }));

  it("a share is its numerator over its denominator: the rows in the file give the number on the page", () =>
    visit(SHARE, {}, async (page) => {
      const shown = Number.parseFloat(await page.locator(".headline-figure .value").innerText());
      const file = await page.request.get(address("/rows/csat/northmere?period=2026-10"));
      const [header, ...rows] = table(await file.text());
      const counts = rows.map((row) => row[header.indexOf("counts_as")]);
      const share = (100 * counts.filter((cell) => cell === "true").length) / counts.filter(Boolean).length;
      assert.equal(share.toFixed(1), shown.toFixed(1));
    }));
});

/** What each line of the scorecard says. Runs inside the page. */
function linesOfScorecard() {
  const text = (element) => element?.textContent.replace(/\s+/g, " ").trim() ?? "";
  return [...document.querySelectorAll(".row")].map((row) => ({
    url: row.querySelector(".row-name a").getAttribute("href"),
    name: text(row.querySelector(".row-name")),
    value: text(row.querySelector(".row-value")),
    target: text(row.querySelector(".row-target")),
    count: text(row.querySelector(".row-count")).split(" ")[0],
  }));
}

/** The columns of the table layout, and whether each head shares an edge with its cells. Runs inside the page. */
function columnsOfTable() {
  const heads = [...document.querySelector(".row-head").children];
  const cells = [...document.querySelector(".row").children];
  return heads.flatMap((head, place) => {
    const [above, below] = [head.getBoundingClientRect(), cells[place].getBoundingClientRect()];
    if (above.width === 0 && below.width === 0) return [];
    const near = (one, other) => Math.abs(one - other) < 2;
    const aligned = near(above.left, below.left) || near(above.right, below.right);
    return [{ head: head.innerText.replace(/\s+/g, " ").trim(), aligned }];
  });
}

/** What measure pages say about the same. Runs inside the page. */
function figuresOf(urls) {
  const text = (element) => element?.textContent.replace(/\s+/g, " ").trim() ?? "";
  const figures = async (url) => {
    const answer = await fetch(url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const beside = [...page.querySelectorAll(".beside > div")];
    const target = text(beside.find((figure) => text(figure.querySelector("dt")) === "target")?.querySelector("dd"));
    return {
      status: answer.status,
      name: text(page.querySelector("h1")),
      value: text(page.querySelector(".headline-figure .value, .headline-figure .none")),
      target: target.replace(/ by \w+ \d{4}$/, ""),
      count: text(page.querySelector(".beside a")),
    };
  };
  return Promise.all(urls.map(figures));
}

/** A CSV file as rows of cells. */
function table(text) {
  const rows = [[]];
  let place = 0;
  while (place < text.length) {
    let cell = "";
    if (text[place] === '"') {
      // Two quotes stand for one; a single one ends the cell.
      let from = place + 1;
      for (;;) {
        const quote = text.indexOf('"', from);
        assert.notEqual(quote, -1, "a quote is closed");
        cell += text.slice(from, quote);
        from = quote + 1;
        if (text[from] !== '"') break;
        cell += '"';
        from += 1;
      }
      place = from;
    } else {
      const end = /[,\n]|$/g;
      end.lastIndex = place;
      const found = end.exec(text);
      cell = text.slice(place, found.index);
      place = found.index;
    }
    rows.at(-1).push(cell);
    if (text[place] === "\n" && place + 1 < text.length) rows.push([]);
    place += 1;
  }
  return rows;
}
