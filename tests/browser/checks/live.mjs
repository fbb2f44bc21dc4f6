// Pages hear of new figures while they are open.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startEmpty } from "../support/demonstration.mjs";
import { picture, settled, surroundings } from "../support/suite.mjs";

// The server looks for new data every two seconds.
const SOON = { timeout: 20_000 };

describe("new figures", () => {
  let project;
  let context;
  let page;
  const problems = [];

  before(async () => {
    project = await startEmpty(process.env.EVENKEEL);
    context = await surroundings({ width: 390 });
    page = await context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) problems.push(message.text());
    });
    page.on("pageerror", (error) => problems.push(error.message));
    project.importMore();
    // The server looks at what was imported.
    await page.waitForTimeout(3000);
  });
  after(async () => {
    await context?.close();
    await project?.stop();
  });

  it("are said on a page that is open, which moves nothing, and shown when somebody asks for them", async () => {
    await page.goto(`${project.url}/scorecard/organisation?period=2026-10#how`);
    await settled(page);
    const news = page.locator("[data-news]");
    assert.equal(await news.isVisible(), false);
    const places = () =>
      page.evaluate(() => Array.from(document.querySelectorAll("main *"), (part) => part.getBoundingClientRect().y));
    const before = await places();
    const shown = await page.locator("body").getAttribute("data-version");
    project.importMore();
    await news.waitFor(SOON);
    assert.deepEqual(await places(), before, "nothing has moved");
    assert.equal(await news.locator("xpath=ancestor::*[@aria-live]").getAttribute("aria-live"), "polite");
    const box = await news.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 390, "it fits");
    await picture(page, "new-figures-390");
    await news.getByRole("link", { name: "Show them" }).click();
    await page.waitForFunction((version) => document.body.dataset.version > version, shown);
    assert.equal(new URL(page.url()).search, "?period=2026-10");
    assert.equal(await news.isVisible(), false);
    assert.deepEqual(problems, []);
  });

  it("a data page that is open says how far an import has come", async () => {
    const imported = await startEmpty(process.env.EVENKEEL, { scheduled: true });
    // The server says that something has come further, and the page as it is asked for again says what.
    let begun = false;
    await page.route("**/data/events", (route) => {
      begun = true;
      return route.fulfill({ contentType: "text/event-stream", body: "retry: 60000\nevent: step\ndata: step\n\n" });
    });
    await page.route(
      (url) => url.pathname === "/data",
      async (route) => {
        const answer = await route.fetch();
        const text = await answer.text();
        const later = text.replace(/(data-step><ul><li>)[^<]*/, "$1Reading cases: 12,000 rows");
        await route.fulfill({ response: answer, body: begun ? later : text });
      },
    );
    await page.goto(`${imported.url}/data`);
    const cell = page.locator("[data-step]").first();
    assert.doesNotMatch(await cell.innerText(), /12,000/);
    await page.waitForFunction(() => document.querySelector("[data-step]").innerText.includes("12,000 rows"));
    assert.deepEqual(problems, []);
    await page.unrouteAll({ behavior: "wait" });
    await page.goto(`${project.url}/scorecard/organisation?period=2026-10`);
    await imported.stop();
  });

  it("a page that is not looked at does not listen, and catches up when it is", async () => {
    const open = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/live")) open.push(request.url());
    });
    const look = (hidden) =>
      page.evaluate((state) => {
        Object.defineProperty(document, "hidden", { configurable: true, get: () => state });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    await look(true);
    project.importMore();
    await page.waitForTimeout(4000);
    assert.equal(await page.locator("[data-news]").isVisible(), false);
    assert.equal(open.length, 0);
    await look(false);
    await page.locator("[data-news]").waitFor(SOON);
    assert.equal(open.length, 1);
  });
});
