// Files that people load: from an export of a help desk to a scorecard, and the same where no script runs.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import { startDesk } from "../support/demonstration.mjs";
import { excessWidth, faultsOfLayout } from "../support/layout.mjs";
import { picture, settled, surroundings } from "../support/suite.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LOOKS = [
  [1440, "light"],
  [1440, "dark"],
  [390, "light"],
  [390, "dark"],
];
const SOON = { timeout: 60_000 };

// Days from the first to the twelfth, so that nobody can tell days from months.
function tickets(month, from, count) {
  const head = "Ticket ID;Created at;First reply time;Solved at;Status;Group;Smiley;Assignee;Requester\n";
  const two = (number) => String(number).padStart(2, "0");
  const line = (_, place) => {
    const number = from + place;
    const day = `${two(1 + (number % 12))}/${two(month)}/2026`;
    const opened = number % 40 === 39 ? "soon" : `${day} 08:${two(number % 60)}`;
    const smiley = ["Very happy", "Happy", "Angry", ""][number % 4];
    const team = ["Orders", "Returns"][number % 2];
    return `${number};${opened};${number % 90};${day} 12:40;Solved;${team};${smiley};Mara Osei;x${number}@example.org\n`;
  };
  return head + Array.from({ length: count }, line).join("");
}

describe("files that people load", () => {
  let desk;
  let context;
  let page;
  const problems = [];

  const holds = async (name) => {
    for (const [width, colorScheme] of LOOKS) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await settled(page);
      await picture(page, `${name}-${width}-${colorScheme}`);
      assert.equal(await page.evaluate(excessWidth), 0, `${name} at ${width}`);
      assert.deepEqual(await page.evaluate(faultsOfLayout), [], `${name} at ${width}`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(
        violations.map(({ id, nodes }) => [id, ...nodes.map((node) => node.html)]),
        [],
        `${name} at ${width}, ${colorScheme}`,
      );
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: "light" });
  };

  before(async () => {
    desk = await startDesk(process.env.EVENKEEL, {
      "october.csv": tickets(10, 0, 900),
      "november.csv": tickets(9, 880, 50),
      "empty.csv": "",
    });
    context = await surroundings();
    page = await context.newPage();
    page.on("console", (message) => {
      // A form that is refused is answered with its page and the status 422, which browsers note.
      if (message.type() === "error" && !message.text().includes("422")) problems.push(message.text());
    });
    page.on("pageerror", (error) => problems.push(error.message));
  });
  after(async () => {
    await context?.close();
    await desk?.stop();
  });

  it("begin on the first page, and what is no export is refused", async () => {
    await page.goto(desk.url);
    await page.getByRole("link", { name: "Load a file" }).click();
    await page.waitForURL(/\/data\/load$/);
    await holds("load");
    await page.getByLabel(/CSV file/).setInputFiles(desk.file("empty.csv"));
    await page.getByRole("button", { name: "Look at it" }).click();
    await page.getByRole("alert").waitFor();
    assert.match(await page.getByRole("alert").innerText(), /empty/);
  });

  it("show what becomes of each column, and ask what is open", async () => {
    await page.getByLabel(/CSV file/).setInputFiles(desk.file("october.csv"));
    await page.getByRole("button", { name: "Look at it" }).click();
    await page.waitForURL(/\/data\/load\/[0-9a-f]+$/);
    assert.match(await page.getByRole("alert").innerText(), /day or the month first/);
    assert.equal(await page.getByRole("button", { name: /Import/ }).count(), 0);
    assert.equal(await page.getByText("Mara Osei").count(), 0, "who handled a case is kept out");
    await holds("load-open");
    await page.getByLabel("In dates such as 03/10/2026").selectOption("day");
    await page.getByLabel("Times without a zone are those of").selectOption("Europe/Lisbon");
    await page.getByLabel("Numbers are").selectOption("m");
    await page.getByLabel("Smiley").selectOption({ label: "satisfaction" });
    await page.getByRole("button", { name: "Look again" }).click();
    await page.getByLabel("Very happy").selectOption("yes");
    await page.getByLabel("Happy", { exact: true }).selectOption("yes");
    await page.getByLabel("Angry").selectOption("no");
    await page.getByLabel("Name of the new source").fill("tickets");
    await page.getByRole("button", { name: "Look again" }).click();
    await page.getByRole("button", { name: /Import 878.cases/ }).waitFor(SOON);
    const rejected = page.getByRole("region", { name: "Rows that are put aside" });
    assert.match(await rejected.innerText(), /cases\.opened_at/);
    assert.match(await page.locator(".checks").innerText(), /now: \d+.ratings in October 2026/);
    await holds("load-ready");
  });

  it("are imported while somebody watches, and become a scorecard", async () => {
    await page.getByRole("button", { name: /Import 878.cases/ }).click();
    await page.getByRole("heading", { name: /was imported/ }).waitFor(SOON);
    assert.match(await page.locator("main").innerText(), /Cases: 878 new/);
    await holds("load-done");
    await page.getByRole("link", { name: "Scorecard", exact: true }).last().click();
    await page.waitForURL(/\/scorecard\//);
    assert.match(await page.locator("main").innerText(), /First response time, as counted by the source/);
    assert.equal(await page.locator(".stepper strong").innerText(), "October 2026");
    await settled(page);
    await picture(page, "load-scorecard");
    assert.deepEqual(problems, []);
  });

  it("are loaded where no script runs, and the next one goes to the same source", async () => {
    const bare = await surroundings({ width: 390, javaScriptEnabled: false });
    const plain = await bare.newPage();
    await plain.goto(`${desk.url}/data`);
    await plain.getByRole("link", { name: "Load a file" }).click();
    await plain.getByLabel(/CSV file/).setInputFiles(desk.file("november.csv"));
    await plain.getByRole("button", { name: "Look at it" }).click();
    assert.match(await plain.locator("main").innerText(), /reads it as it reads the files before/);
    await picture(plain, "load-known-390");
    assert.equal(await plain.evaluate(excessWidth), 0);
    await plain.getByRole("button", { name: /Import/ }).click();
    for (let looks = 0; looks < 100 && (await plain.getByRole("link", { name: "Look again" }).count()); looks += 1) {
      await plain.waitForTimeout(300);
      await plain.getByRole("link", { name: "Look again" }).click();
    }
    assert.match(await plain.locator("main").innerText(), /Cases: \d+ new, \d+ changed/);
    await bare.close();
  });
});
