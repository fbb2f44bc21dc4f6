// On paper, and for those whom movement disturbs.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { WIDTHS } from "../support/holds-together.mjs";
import { excessWidth, faultsOfLayout, shiftsOfLayout } from "../support/layout.mjs";
import { MEASURES, PAGES, SCORECARD, SHARE, TODAY } from "../support/places.mjs";
import { open, picture, surroundings, visit } from "../support/suite.mjs";

// The text area of A4 in CSS pixels, less the margins of print.css: wide for the scorecard, upright for measures.
const ACROSS = { wide: 1054, upright: 688 };

describe("on paper", () => {
  for (const [name, at] of Object.entries(PAGES)) {
    const width = name.startsWith("scorecard") ? ACROSS.wide : ACROSS.upright;
    it(`${name} fits the width of its sheet, and nothing covers anything`, () =>
      visit(at, { width, colorScheme: "dark" }, async (page) => {
        await page.emulateMedia({ media: "print" });
        await picture(page, `print.${name}`);
        assert.equal(await page.evaluate(excessWidth), 0);
        assert.deepEqual(await page.evaluate(faultsOfLayout), []);
        const style = await page.evaluate(() => {
          const { backgroundColor, color } = getComputedStyle(document.body);
          return { backgroundColor, ink: Math.max(...color.match(/\d+/g).slice(0, 3).map(Number)) };
        });
        assert.equal(style.backgroundColor, "rgb(255, 255, 255)", "paper is white, whatever the screen is");
        assert.ok(style.ink < 80, `the ink is dark: ${style.ink}`);
        for (const control of [".theme", ".segments", ".main-nav", ".stepper a"]) {
          assert.equal(
            await page
              .locator(control)
              .first()
              .isVisible()
              .catch(() => false),
            false,
            `${control} is of no use on paper`,
          );
        }
      }));
  }

  it("the folded measures of the scorecard are printed too", () =>
    visit(SCORECARD, { width: ACROSS.wide, colorScheme: "dark" }, async (page) => {
      const all = page.locator(".row-value");
      const onScreen = await page.locator(".row-value:visible").count();
      await page.emulateMedia({ media: "print" });
      assert.ok(onScreen < (await all.count()), "some are folded on the screen");
      assert.equal(await page.locator(".row-value:visible").count(), await all.count());
    }));

  for (const [name, at] of [
    ["legs", SCORECARD],
    ["perspectives", `${SCORECARD}&view=perspectives`],
  ]) {
    it(`the scorecard by ${name} takes one sheet, landscape`, () =>
      visit(at, {}, async (page) => {
        const sheets = await print(page, `scorecard-${name}`);
        assert.equal(sheets.length, 1);
        assert.ok(sheets[0].width > sheets[0].height, "landscape");
      }));
  }

  it("a measure takes at most three sheets, upright, with its chart in the colours of paper", () =>
    visit(SHARE, { width: ACROSS.upright, colorScheme: "dark" }, async (page) => {
      await page.evaluate(() => {
        window.addEventListener("beforeprint", () => {
          window.inkOnPaper = getComputedStyle(document.querySelector("h1")).color;
          window.themeOnPaper = document.documentElement.dataset.theme;
        });
      });
      const sheets = await print(page, "measure");
      assert.ok(sheets.length >= 1 && sheets.length <= 3, `${sheets.length} sheets`);
      assert.ok(sheets[0].width < sheets[0].height, "upright");
      assert.equal(await page.evaluate(() => window.themeOnPaper), "light");
      assert.equal(
        await page.evaluate(() => document.documentElement.dataset.theme),
        undefined,
        "the screen is dark again",
      );
    }));
});

describe("motion", () => {
  for (const [name, at] of [
    ["scorecard", SCORECARD],
    ["measure", MEASURES.share],
  ]) {
    it(`the ${name} page keeps still for those who ask for it`, () =>
      visit(at, {}, async (page) => {
        assert.deepEqual(await page.evaluate(whatMoves), []);
      }));
  }

  it("jumps glide for the others, so that the check above has something to see", () =>
    visit(SCORECARD, { reducedMotion: "no-preference" }, async (page) => {
      assert.deepEqual(await page.evaluate(whatMoves), ["html glides"]);
    }));
});

/** Prints the page, and says how large each sheet is. */
async function print(page, name) {
  const file = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  if (process.env.SHOTS) writeFileSync(path.join(process.env.SHOTS, `print.${name}.pdf`), file);
  return [...file.toString("latin1").matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/g)].map(
    ([, width, height]) => ({ width: Number(width), height: Number(height) }),
  );
}

/** Whatever moves or could move, by name. Runs inside the page. */
function whatMoves() {
  const moving = [];
  if (getComputedStyle(document.documentElement).scrollBehavior === "smooth") moving.push("html glides");
  for (const element of document.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    const lasts = (times) => times.split(",").some((time) => Number.parseFloat(time) > 0);
    if (lasts(style.transitionDuration) || lasts(style.animationDuration)) {
      moving.push(`${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`);
    }
  }
  return moving.concat(document.getAnimations().map((animation) => animation.animationName ?? "animation"));
}

describe("on a slow line", () => {
  for (const at of [SCORECARD, SHARE, TODAY]) {
    for (const width of WIDTHS) {
      it(`nothing of ${at} moves at ${width} px when the letters come late`, async () => {
        const context = await surroundings({ width });
        try {
          await context.route(/\.woff2/, async (route) => {
            await new Promise((later) => setTimeout(later, 500));
            await route.continue();
          });
          const shifts = await (await open(at, context)).evaluate(shiftsOfLayout);
          assert.ok(shifts.sum < 0.005, `${shifts.moved.join(", ")} moved, by ${shifts.sum} in all`);
        } finally {
          await context.close();
        }
      });
    }
  }
});
