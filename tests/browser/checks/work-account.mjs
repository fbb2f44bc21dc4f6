// Signing in with a work account: to a provider that the check plays, and back, as a real browser does.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startWithProvider } from "../support/demonstration.mjs";
import { holdsTogether, SCHEMES, WIDTHS } from "../support/holds-together.mjs";
import { startProvider } from "../support/provider.mjs";
import { allow, picture, surroundings, visit } from "../support/suite.mjs";

const PASSWORD = "seven quiet harbours";
const BUTTON = "Continue with your work account";

describe("a work account", () => {
  let provider;
  let served;
  let invitation;
  const inside = (at) => new URL(at, served.url).href;

  before(async () => {
    provider = await startProvider({
      Rosa: { sub: "1", email: "rosa@bank.example", email_verified: true },
      Stranger: { sub: "2", email: "stranger@elsewhere.example", email_verified: true },
      Nora: { sub: "3" },
    });
    served = await startWithProvider(process.env.EVENKEEL, provider.issuer);
    allow(served.url);
    allow(provider.issuer);
    await visit(() => inside("/set-up"), { own: true }, async (page) => {
      await page.getByLabel("Code from the terminal").fill(served.code);
      await page.getByLabel("Your name").fill("Mara Osei");
      await page.getByLabel("Name or e-mail to sign in with").fill("mara");
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Set up" }).click();
      for (const [name, signIn] of [["Rosa Anand", "rosa@bank.example"], ["Nora Berg", "nora"]]) {
        await page.waitForURL("**/administration**");
        const form = page.locator('form[action="/administration/users"]');
        await form.getByLabel("Name", { exact: true }).fill(name);
        await form.getByLabel("Name or e-mail to sign in with").fill(signIn);
        await form.getByLabel("Role").selectOption("executive");
        await form.getByRole("button", { name: "Add" }).click();
        await page.getByRole("heading", { name: `A link for ${name}` }).waitFor();
        invitation = new URL(await page.locator(".one-time pre").innerText()).pathname;
      }
    });
  });
  after(async () => {
    await served?.stop();
    await provider?.stop();
  });

  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      describe(`${width} px, ${colorScheme}`, () => {
        let context;
        before(async () => {
          context = await surroundings({ width, colorScheme });
        });
        after(() => context?.close());
        const pages = { "sign in": () => inside("/sign-in"), "choose how you sign in": () => inside(invitation) };
        for (const [name, at] of Object.entries(pages)) {
          const shot = `work-account.${name.replaceAll(" ", "-")}.${width}.${colorScheme}`;
          describe(name, () => holdsTogether(at, () => context, { name: shot, colorScheme, menus: 0 }));
        }
      });
    }
  }

  it("comes before the password, for the keyboard too", () =>
    visit(() => inside("/sign-in"), { own: true }, async (page) => {
      const stops = [];
      for (let stop = 0; stop < 3; stop += 1) {
        await page.keyboard.press("Tab");
        stops.push(await page.evaluate(() => document.activeElement.innerText || document.activeElement.labels[0].innerText));
      }
      assert.deepEqual(stops, ["Skip to content", BUTTON, "Name or e-mail"]);
    }));

  it("leads to the provider and back to the page that was asked for, without a script too", async () => {
    for (const options of [{}, { javaScriptEnabled: false }]) {
      await visit(() => inside("/measures"), { own: true, ...options }, async (page) => {
        await page.getByRole("link", { name: BUTTON }).click();
        await page.getByRole("link", { name: "Rosa" }).click();
        await page.waitForURL("**/measures");
        assert.match(await page.locator(".who").innerText(), /Rosa Anand/);
        await page.getByRole("button", { name: "Sign out" }).click();
        await page.waitForURL("**/sign-in?left=yes");
        assert.match(await page.locator("main").getByRole("status").innerText(), /sign out of that, too/);
      });
    }
  });

  it("that nobody was added for is told whom to ask", () =>
    visit(() => inside("/sign-in"), { own: true, forgiving: true }, async (page) => {
      await page.getByRole("link", { name: BUTTON }).click();
      await page.getByRole("link", { name: "Stranger" }).click();
      await page.waitForURL("**/sign-in/openid/return**");
      assert.match(await page.getByRole("alert").innerText(), /Ask whoever looks after accounts.*stranger@elsewhere/);
      await picture(page, "work-account.refused");
    }));

  it("is linked by a one-time link", () =>
    visit(() => inside(invitation), { own: true }, async (page) => {
      await page.getByRole("link", { name: BUTTON }).click();
      await page.getByRole("link", { name: "Nora" }).click();
      await page.waitForURL((url) => url.origin === new URL(served.url).origin && !url.pathname.includes("openid"));
      assert.match(await page.locator(".who").innerText(), /Nora Berg/);
    }));

  it("is seen and removed where accounts are looked after", () =>
    visit(() => inside("/sign-in"), { own: true }, async (page) => {
      await page.getByLabel("Name or e-mail").fill("mara");
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.waitForURL((url) => url.pathname !== "/sign-in");
      await page.goto(inside("/administration"));
      await picture(page, "work-account.administration");
      await page.getByRole("button", { name: "Remove the work account of Nora Berg" }).click();
      await page.waitForURL("**/administration?done=unlinked");
      assert.equal(await page.getByRole("button", { name: "Remove the work account of Nora Berg" }).count(), 0);
    }));
});
