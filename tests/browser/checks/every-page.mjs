// What holds for every page, at the width of a desk and of a telephone, light and dark.

import { after, before, describe } from "node:test";
import { holdsTogether, SCHEMES, WIDTHS } from "../support/holds-together.mjs";
import { hasPlace, PAGES } from "../support/places.mjs";
import { surroundings } from "../support/suite.mjs";

// Two at a time, for while the browser looks at one page the server can make the next.
describe("every page", { concurrency: 2 }, () => {
  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      describe(`${width} px, ${colorScheme}`, { concurrency: 1 }, () => {
        let context;
        before(async () => {
          context = await surroundings({ width, colorScheme });
        });
        after(() => context?.close());
        for (const [name, at] of Object.entries(PAGES)) {
          describe(name, () =>
            holdsTogether(at, () => context, {
              name: `${name}.${width}.${colorScheme}`,
              colorScheme,
              menus: hasPlace(at) ? 2 : 0,
              looksIntoMenus: at === PAGES["scorecard-team"],
            }));
        }
      });
    }
  }
});
