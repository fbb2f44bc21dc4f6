// The page on which the questions of programs are tried.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { API } from "../support/places.mjs";
import { address, visit } from "../support/suite.mjs";

describe("asking as programs do", () => {
  it("a question that is tried is answered below it", () =>
    visit(API, {}, async (page) => {
      const question = page.locator("#scorecard");
      await question.locator("summary").click();
      await question.getByLabel("unit", { exact: true }).fill("lakeside");
      await question.getByLabel("period", { exact: true }).fill("2026-10");
      await question.getByRole("combobox").selectOption("perspectives");
      await question.getByRole("button", { name: "Ask" }).click();
      await question.locator("pre").filter({ hasText: '"unit": "lakeside"' }).waitFor();
      assert.match(await question.locator("[role=status]").innerText(), /^200 .*scorecard\/lakeside\?period=2026-10/);
    }));

  it("an address that leads to one question opens it", () =>
    visit(`${API}#rows`, { own: true }, async (page) => {
      assert.equal(await page.locator("#rows").evaluate((question) => question.open), true);
    }));

  it("without script there is an example for each question, and no form that does nothing", () =>
    visit(API, { javaScriptEnabled: false }, async (page) => {
      const questions = await page.locator(".question").count();
      assert.ok(questions > 10, `${questions} questions`);
      assert.equal(await page.locator("form[data-try]:visible").count(), 0);
      await page.locator("#organisation summary").click();
      await page.locator("#organisation").getByRole("link").click();
      assert.equal(page.url(), address("/api/v1/organisation"));
    }));
});
