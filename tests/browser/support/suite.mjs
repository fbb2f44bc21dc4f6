// What all checks share: one demonstration, one browser, and pages that remember what went wrong on them.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { findChromium } from "./chromium.mjs";
import { startDemonstration } from "./demonstration.mjs";

if (!process.env.EVENKEEL) throw new Error("Name the binary to test in the environment variable EVENKEEL.");

let demonstration;
let browser;
// Where pages may ask for something.
const own = new Set();

before(async () => {
  browser = await chromium.launch({
    executablePath: findChromium(),
    args: [
      // A page that asks for something elsewhere must not get it, wherever the tests run.
      "--disable-background-networking",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
      // The address bar that nobody sees here would otherwise load pages of its own with every window.
      "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    ],
  });
  demonstration = await startDemonstration(process.env.EVENKEEL);
  own.add(demonstration.url);
});

after(async () => {
  await browser?.close();
  await demonstration?.stop();
});

/** Serves the demonstration to those who sign in; its addresses are whole ones. */
export async function serveWithAccounts() {
  const served = await demonstration.withAccounts();
  own.add(served.url);
  return { ...served, project: demonstration.project };
}

/** A further server that pages may ask. */
export const allow = (url) => own.add(new URL(url).origin);

export const address = (at) => new URL(at, demonstration.url).href;

/**
 * A context of its own: nothing is kept from one to the next. `width` stands for the viewport. Pages do not glide, so
 * that what is measured after a jump is where it stays.
 */
export async function surroundings({ width = 1440, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: "reduce", ...options });
  context.runsScripts = options.javaScriptEnabled !== false;
  // Everything is on this machine: what does not come soon does not come.
  context.setDefaultTimeout(8000);
  return context;
}

/**
 * Opens a page in the only tab of a context: a new tab would take longer than the page. `at` may be a function, for an
 * address that is known only when the checks run. What goes wrong is kept in
 * `page.problems`, the answer of the server in `page.answer`.
 */
export async function open(at, context) {
  let [page] = context.pages();
  if (!page) {
    page = await context.newPage();
    page.problems = [];
    watch(page);
  }
  await page.emulateMedia({ media: null });
  page.problems = [];
  page.answer = await page.goto(address(typeof at === "function" ? at() : at), { waitUntil: "load" });
  await settled(page);
  return page;
}

const shared = new Map();

/**
 * Opens a page and hands it to `look`. Nothing may have gone wrong on it in the end, unless the visit is `forgiving`.
 * Visits with the same options share their surroundings, so that the browser reads type and chart library once; what
 * leaves traces in the browser asks for surroundings of its `own`.
 */
export async function visit(at, { own = false, forgiving = false, ...options }, look) {
  const key = own ? Symbol("own") : JSON.stringify(options);
  if (!shared.has(key)) shared.set(key, await surroundings(options));
  const context = shared.get(key);
  let whole = false;
  try {
    const page = await open(at, context);
    await look(page);
    if (!forgiving) assert.deepEqual(page.problems, []);
    whole = true;
  } finally {
    // What a check left half done is not for the next one to find.
    if (own || !whole) {
      shared.delete(key);
      await context.close();
    }
  }
}

/** Waits until the type is there and the charts are drawn, so that what is measured does not move any more. */
export async function settled(page) {
  // Without scripts nothing is drawn later, and nothing could tell that it is.
  if (!page.context().runsScripts) return;
  await page.evaluate(async () => {
    await document.fonts.ready;
    // The script draws the charts once the type is there; two frames later they are on the screen.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}

function watch(page) {
  const note = (problem) => page.problems.push(problem);
  page.on("console", (message) => {
    // Browsers look for an icon of their own accord where a plain text cannot name one.
    if (message.location().url.endsWith("/favicon.ico")) return;
    if (["error", "warning"].includes(message.type())) note(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => note(`script: ${error.message}`));
  page.on("dialog", (dialog) => {
    note(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    const inside = own.has(origin) || protocol === "data:";
    if (!inside) note(`asks elsewhere: ${request.url()}`);
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // A link to a file turns into a download, and the navigation to it is given up.
    const download = request.isNavigationRequest() && why === "net::ERR_ABORTED";
    // The icon of a tab is asked for last, and given up when the test has gone on by then.
    const icon = request.url().includes("/favicon.") && why === "net::ERR_ABORTED";
    // Pages that are left let go of what they listen to.
    const listened = ["/live", "/data/events"].includes(new URL(request.url()).pathname);
    const listening = listened && why === "net::ERR_ABORTED";
    if (!download && !icon && !listening) note(`failed: ${request.url()}: ${why}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) note(`status ${response.status()}: ${response.url()}`);
  });
}

/** Keeps a picture of the whole page when SHOTS names a folder. */
export async function picture(page, name) {
  if (!process.env.SHOTS) return;
  mkdirSync(process.env.SHOTS, { recursive: true });
  await page.screenshot({ path: path.join(process.env.SHOTS, `${name}.png`), fullPage: true });
}
