// The pages of a server that asks for a sign-in: what whoever looks after accounts sees, and what each role sees.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { holdsTogether, SCHEMES, WIDTHS } from "../support/holds-together.mjs";
import {
  addOthers,
  inside,
  linkFor,
  nameOf,
  PASSWORD,
  server,
  setUp,
  signedIn,
  signIn,
  somebodyOfLakeside,
} from "../support/people.mjs";
import { picture, surroundings, visit } from "../support/suite.mjs";

const MONTH = "period=2026-10";

// The first low score of the list, once somebody has opened it.
let lowScore;

// What each role is shown: the address, and how many menus it has. Whoever sees one unit alone has none to choose from.
const SEEN = {
  administrator: {
    accounts: ["/administration", 0],
    trail: ["/administration/trail", 0],
    webhooks: ["/administration/webhooks", 0],
    account: ["/account", 0],
    scorecard: [`/scorecard/northmere?${MONTH}`, 2],
    data: ["/data", 0],
  },
  insights: {
    today: [`/today?${MONTH}&unit=northmere`, 2],
    scorecard: [`/scorecard/northmere?${MONTH}`, 2],
    measure: [`/measure/csat/northmere?${MONTH}`, 2],
    data: ["/data", 0],
    disputes: ["/disputes", 0],
    recommendations: ["/recommendations", 0],
    recommendation: ["/recommendations/1", 0],
    "form of a recommendation": [`/measure/csat/lakeside/recommendation?${MONTH}`, 0],
    choosing: ["/choose", 0],
    "choice of a measure": ["/choose/csat", 0],
    search: [`/search?q=satisfaction&${MONTH}&unit=northmere`, 2],
  },
  executive: {
    scorecard: [`/scorecard/northmere?${MONTH}`, 2],
    measure: [`/measure/csat/northmere?${MONTH}`, 2],
    charter: [`/charter?${MONTH}&unit=northmere`, 2],
    map: [`/map?${MONTH}&unit=northmere`, 2],
  },
  manager: {
    today: [`/today?${MONTH}&unit=lakeside`, 1],
    scorecard: [`/scorecard/lakeside?${MONTH}`, 1],
    measure: [`/measure/counter_wait/lakeside?${MONTH}`, 1],
    "form of a note": [`/measure/csat/lakeside/note?${MONTH}`, 0],
    recognition: [`/recognition?${MONTH}&unit=lakeside`, 1],
    "form of a recognition": [`/recognition/new?${MONTH}&unit=lakeside&measure=csat`, 0],
    "form of development": [() => `/record/${somebodyOfLakeside()}/act?${MONTH}&kind=development`, 0],
    targets: [`/targets/lakeside?${MONTH}`, 1],
    charter: [`/charter?${MONTH}&unit=lakeside`, 1],
    people: ["/people", 0],
    dates: ["/calendar", 0],
    "record of somebody": [() => `/record/${somebodyOfLakeside()}?${MONTH}`, 0],
    disputes: ["/disputes", 0],
  },
  caller: {
    "low scores": ["/call-backs", 0],
    "low score": [() => lowScore, 0],
  },
  agent: {
    charter: [() => `/charter?${MONTH}&unit=${somebodyOfLakeside()}`, 1],
    record: [() => `/record/${somebodyOfLakeside()}?${MONTH}`, 0],
    measures: ["/measures", 0],
    "low scores": ["/call-backs", 0],
    "rating of a measure": ["/choose/frt", 0],
    search: ["/search?q=waiting", 1],
  },
  viewer: {
    scorecard: [`/scorecard/branch-network?${MONTH}`, 2],
    measure: [`/measure/csat/branch-network?${MONTH}`, 2],
    targets: [`/targets/branch-network?${MONTH}`, 2],
    map: [`/map?${MONTH}&unit=branch-network`, 2],
  },
};

/** Checks pages at the width of a desk and of a telephone, light and dark, as somebody who has a role or has none. */
function everyWay(pages, options = () => ({})) {
  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      describe(`${width} px, ${colorScheme}`, () => {
        let context;
        before(async () => {
          context = await surroundings({ width, colorScheme, ...(await options()) });
        });
        after(() => context?.close());
        for (const [name, [at, menus]] of Object.entries(pages)) {
          const whole = () => inside(typeof at === "function" ? at() : at);
          const shot = `signed-in.${name.replace(/[^a-z]+/g, "-")}.${width}.${colorScheme}`;
          const chart = typeof at === "string" && /^\/measure\/[^/]+\/[^/]+\?/.test(at);
          describe(name, () => holdsTogether(whole, () => context, { name: shot, colorScheme, menus, chart }));
        }
      });
    }
  }
}

describe("before there is anybody", () => {
  before(server);
  everyWay({ "set up": ["/set-up", 0] });

  it("every page leads to setting up, and a wrong code is refused in place", () =>
    visit(() => inside("/today"), { own: true, forgiving: true }, async (page) => {
      await page.waitForURL("**/set-up");
      await page.getByLabel("Code from the terminal").fill("AAAA-AAAA-AAAA-AAAA");
      await page.getByLabel("Your name").fill("Eve");
      await page.getByLabel("Name or e-mail to sign in with").fill("eve");
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Set up" }).click();
      assert.match(await page.getByRole("alert").innerText(), /code/i);
      await picture(page, "set-up.refused");
    }));

  it("the code from the terminal makes the first administrator, who adds the others", () =>
    visit(() => inside("/set-up"), { own: true }, async (page) => {
      await setUp(page);
      await addOthers(page);
      await picture(page, "administration.link");
    }));
});

describe("signing in", () => {
  before(server);
  everyWay({
    "sign in": ["/sign-in", 0],
    "sign in after the time was over": ["/sign-in?ended=yes&next=%2Ftoday", 0],
    "choose a password": [() => linkFor("agent"), 0],
  });

  for (const role of Object.keys(SEEN).filter((role) => role !== "administrator")) {
    it(`the ${role} chooses a password with the link, and signs in with it`, () =>
      visit(() => linkFor(role), { own: true }, async (page) => {
        assert.match(await page.locator("main").innerText(), new RegExp(nameOf(role)));
        await page.getByLabel("Password").fill(PASSWORD);
        await page.getByRole("button", { name: "Choose this password" }).click();
        await page.waitForURL("**/sign-in");
        await signIn(page, role);
        await page.waitForURL((url) => url.pathname !== "/sign-in");
        assert.match(await page.locator(".who").innerText(), new RegExp(nameOf(role)));
      }));
  }

  it("goes from field to field in the order that they are filled in, and each shows the focus", () =>
    visit(() => inside("/sign-in"), {}, async (page) => {
      const stops = [];
      for (let stop = 0; stop < 6; stop += 1) {
        await page.keyboard.press("Tab");
        stops.push(
          await page.evaluate(() => {
            const at = document.activeElement;
            const { outlineStyle, outlineWidth } = getComputedStyle(at);
            const seen = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
            return `${at.labels?.[0]?.innerText ?? at.innerText}${seen ? "" : " (cannot be seen)"}`.trim();
          }),
        );
      }
      assert.deepEqual(stops.slice(0, 5), [
        "Skip to content",
        "Name or e-mail",
        "Password",
        "Sign in",
        "The published charter",
      ]);
    }));

  it("a wrong password is said beside the field, and the name stays", () =>
    visit(() => inside("/sign-in"), { own: true, forgiving: true }, async (page) => {
      await signIn(page, "viewer", "not the password");
      const field = page.getByLabel("Password");
      assert.equal(await field.getAttribute("aria-invalid"), "true");
      assert.match(await page.locator(`#${await field.getAttribute("aria-describedby")}`).innerText(), /do not match/);
      assert.equal(await page.getByLabel("Name or e-mail").inputValue(), "vera");
      await picture(page, "sign-in.refused");
      await signIn(page, "viewer");
      await page.waitForURL("**/scorecard/branch-network**");
    }));
});

describe("a row that is wrong", () => {
  before(server);

  it("is disputed by the person, and waits for whoever leads them", async () => {
    const record = () => inside(`/record/${somebodyOfLakeside()}?${MONTH}`);
    await visit(record, { own: true, ...(await signedIn("agent")) }, async (page) => {
      const row = page.locator("#rows tbody tr").first();
      await row.getByText("This is wrong").click();
      await row.getByLabel("What is wrong").fill("The customer meant the counter beside mine.");
      await row.getByRole("button", { name: "Dispute this row" }).click();
      await page.waitForURL("**/record/**done=disputed**");
      assert.match(await page.locator("main").getByRole("status").innerText(), /taken down/);
      await picture(page, "record.disputed");
    });
    await visit(() => inside("/people"), { own: true, ...(await signedIn("manager")) }, async (page) => {
      await page.locator(".main-nav").getByRole("link", { name: "Disputes" }).click();
      await page.waitForURL("**/disputes");
      assert.match(await page.locator("main").innerText(), /the counter beside mine/);
      await page.getByRole("link", { name: "The rows beside it" }).click();
      await page.waitForURL("**/record/**");
      assert.match(await page.locator("h1").innerText(), /^The record of /);
    });
  });
});

describe("recognition and development", () => {
  before(server);

  it("thanks a unit for a figure that stays as it was shown", async () => {
    const measure = () => inside(`/measure/csat/lakeside?${MONTH}`);
    await visit(measure, { own: true, ...(await signedIn("manager")) }, async (page) => {
      await page.getByRole("link", { name: "Recognise Lakeside for this" }).click();
      await page.getByLabel(/^For what/).fill("A calm October");
      await page.getByLabel(/^Your words/).fill("Nobody waited at the counter.");
      const evidence = await page.getByLabel("On what evidence").evaluate((box) => box.selectedOptions[0].textContent);
      assert.match(evidence, /^Customer satisfaction, October 2026: .*likely/);
      await page.getByRole("button", { name: "Recognise" }).click();
      await page.waitForURL("**/recognition?**done=recognised#act-1");
      assert.ok((await page.locator("#act-1").innerText()).includes(evidence));
      await picture(page, "recognition.written");
    });
  });

  it("helps a person on, who answers, until whoever leads them says what came of it", async () => {
    const record = () => inside(`/record/${somebodyOfLakeside()}?${MONTH}`);
    await visit(record, { own: true, ...(await signedIn("manager")) }, async (page) => {
      await page.getByRole("link", { name: "Write down coaching, training or an agreement" }).click();
      await page.getByLabel("Coaching talk").check();
      await page.getByLabel(/^On what, in a few words/).fill("Difficult refusals");
      await page.getByLabel("What was agreed").fill("Two talks, and one call that we listen to together.");
      await page.getByLabel("Look at it again on").fill("2026-11-02");
      await page.getByRole("button", { name: "Write it down" }).click();
      await page.waitForURL("**/record/**done=written#act-2");
      await picture(page, "record.development");
    });
    await visit(record, { own: true, ...(await signedIn("agent")) }, async (page) => {
      const act = page.locator("#act-2");
      await act.getByText("Answer: Difficult refusals").click();
      await act.getByLabel(/^In your own words/).fill("Mondays are the hard ones.");
      await act.getByRole("button", { name: "Send the answer" }).click();
      await page.waitForURL("**/record/**done=answered#act-2");
      await page.locator("#act-2").getByRole("button", { name: /^I have seen it/ }).click();
      await page.waitForURL("**/record/**done=acknowledged#act-2");
      assert.match(await page.locator("#act-2").innerText(), /Anna Kowalska has seen it/);
      const file = page.getByRole("link", { name: "A copy of all of it as a file" });
      const [download] = await Promise.all([page.waitForEvent("download"), file.click()]);
      assert.match(download.suggestedFilename(), /^entries-.*\.csv$/);
      await picture(page, "record.answered");
    });
    await visit(() => inside(`/today?${MONTH}&unit=lakeside`), { own: true, ...(await signedIn("manager")) }, async (page) => {
      await picture(page, "today.coaching");
      await page.locator("#development").getByRole("link", { name: "A coaching talk" }).click();
      await page.waitForURL("**/record/**#act-2");
      const act = page.locator("#act-2");
      assert.match(await act.innerText(), /Mondays are the hard ones/);
      await act.getByLabel("What came of it").fill("One call listened to, one to go.");
      await act.getByLabel(/^Look again on/).fill("2026-11-24");
      await act.getByRole("button", { name: "Keep" }).click();
      await page.waitForURL("**/record/**done=followed#act-2");
      assert.match(await page.locator("#act-2").innerText(), /looks again on 24 November 2026/);
    });
  });
});

describe("a note beside a figure", () => {
  before(server);

  it("is written, mentions somebody until they have read it, and is withdrawn", async () => {
    const measure = () => inside(`/measure/csat/lakeside?${MONTH}`);
    await visit(measure, { own: true, ...(await signedIn("manager")) }, async (page) => {
      await page.getByRole("link", { name: "Add a note" }).click();
      await page.getByLabel("Note", { exact: true }).fill("The counter system was down for two days.");
      await page.getByLabel(nameOf("insights")).check();
      await picture(page, "note.form");
      await page.getByRole("button", { name: "Keep the note" }).click();
      await page.waitForURL("**/measure/csat/lakeside**done=noted**");
      assert.match(await page.locator("main > .notice").innerText(), /was kept/);
      assert.match(await page.locator("#notes").innerText(), /The counter system was down/);
      await picture(page, "measure.noted");
    });
    await visit(() => inside(`/today?${MONTH}&unit=northmere`), { own: true, ...(await signedIn("insights")) }, async (page) => {
      assert.match(await page.locator("#mentions").innerText(), /Milo Brandt on .*The counter system/s);
      await picture(page, "today.mentioned");
      await page.locator("#mentions").getByRole("button", { name: "I have read it" }).click();
      await page.waitForURL("**/today");
      assert.equal(await page.locator("#mentions").count(), 0);
    });
    await visit(measure, { own: true, ...(await signedIn("manager")) }, async (page) => {
      await page.locator("#notes").getByRole("button", { name: "Withdraw it" }).click();
      await page.waitForURL("**done=withdrawn**");
      const notes = await page.locator("#notes").innerText();
      assert.match(notes, /Milo Brandt withdrew this note/);
      assert.doesNotMatch(notes, /The counter system/);
    });
  });
});

describe("a recommendation", () => {
  before(server);

  it("goes from a measure to its owner, who declines with a reason", async () => {
    const measure = () => inside(`/measure/csat/lakeside?${MONTH}`);
    await visit(measure, { own: true, ...(await signedIn("insights")) }, async (page) => {
      await page.getByRole("link", { name: /Recommend something to the owner of/ }).last().click();
      await page.getByLabel("What is to be done").fill("Ask what changed in April; bring two proposals");
      await page.getByLabel(/^Why/).fill("Satisfaction has fallen since.");
      await page.getByLabel(/^Owner/).selectOption({ label: nameOf("manager") });
      await page.getByRole("button", { name: "Send it" }).click();
      await page.waitForURL("**/recommendations/1?done=sent");
      await picture(page, "recommendation.sent");
    });
    await visit(() => inside(`/today?${MONTH}&unit=lakeside`), { own: true, forgiving: true, ...(await signedIn("manager")) }, async (page) => {
      await page.locator("#recommendations").getByRole("link", { name: /Ask what changed/ }).click();
      await page.waitForURL("**/recommendations/1");
      await page.getByLabel("Decline").check();
      await page.getByRole("button", { name: "Send the answer" }).click();
      assert.match(await page.getByRole("alert").innerText(), /needs a reason/);
      await page.getByLabel("Decline").check();
      await page.getByLabel(/^The reason/).fill("Both proposals came last month.");
      await page.getByRole("button", { name: "Send the answer" }).click();
      await page.waitForURL("**/recommendations/1?done=declined");
      assert.match(await page.locator("main").innerText(), /Both proposals came last month/);
      await page.locator(".main-nav").getByRole("link", { name: "Initiatives" }).click();
      await page.getByRole("link", { name: "Recommendations to owners of measures" }).click();
      await page.getByRole("heading", { name: /has its answer/ }).waitFor();
      await picture(page, "recommendations.register");
    });
  });
});

describe("a low score", () => {
  before(server);

  it("is taken, called back and closed by whoever leads the unit", async () => {
    const list = () => inside("/call-backs");
    await visit(list, { own: true, ...(await signedIn("caller")) }, async (page) => {
      await picture(page, "low-scores");
      await page.getByRole("link", { name: /on a scale from/ }).first().click();
      await page.waitForURL("**/call-backs/**");
      lowScore = page.url();
      await page.getByRole("button", { name: "Take it" }).click();
      await page.waitForURL("**done=take");
      await picture(page, "low-score.taken");
      await page.getByLabel("Yes, we spoke").check();
      await page.getByLabel(/^In a few words/).fill("She wants the charge returned.");
      await page.getByRole("button", { name: "Write it down" }).click();
      await page.waitForURL("**done=call");
      await page.getByLabel("What went wrong was put right").check();
      await page.getByRole("button", { name: "Keep" }).click();
      await page.waitForURL("**done=say");
      await page.getByRole("button", { name: "Close it" }).click();
      await page.waitForURL("**done=close");
      assert.match(await page.locator("main").innerText(), /Cara Novak spoke to the customer/);
      await picture(page, "low-score.closed");
      await page.getByRole("link", { name: "All low scores to call back" }).click();
      await page.getByRole("link", { name: "Closed" }).click();
      await page.getByRole("cell", { name: /Closed: what went wrong was put right/ }).waitFor();
    });
  });
});

describe("choosing measures", () => {
  before(server);

  it("begins with what people say, and ends with a file", async () => {
    await visit(() => inside("/choose/csat"), { own: true, ...(await signedIn("agent")) }, async (page) => {
      assert.doesNotMatch(await page.locator("main").innerText(), /Choose it for the scorecard/);
      await page.getByRole("group", { name: /How important is to customers/ }).getByLabel(/very much/).check();
      await page.getByRole("group", { name: /How far can those who are measured/ }).getByLabel(/somewhat/).check();
      await page.getByLabel(/^What shows how important/).selectOption({ label: "What customers complain about" });
      await page.getByLabel(/^What it says/).fill("Four of ten complaints are about how they were treated.");
      await page.getByRole("button", { name: "Keep" }).click();
      await page.waitForURL("**/choose/csat?done=rated");
      assert.match(await page.locator("main > .notice").innerText(), /What you say is kept/);
      await picture(page, "rating.kept");
    });
    await visit(() => inside("/measures"), { own: true, forgiving: true, ...(await signedIn("insights")) }, async (page) => {
      await page.getByRole("link", { name: "Choose the measures of a scorecard together" }).click();
      await page.waitForURL("**/choose");
      await page.getByRole("link", { name: "Customer satisfaction", exact: true }).first().click();
      await page.getByRole("group", { name: /How much does it belong/ }).getByLabel(/very much/).check();
      await page.getByRole("group", { name: /How important is to customers/ }).getByLabel(/a little/).check();
      await page.getByRole("button", { name: "Keep" }).click();
      await page.waitForURL("**/choose/csat?done=rated");
      const choice = page.locator("#choice");
      await choice.getByLabel(/^What is to be achieved/).fill("Customers leave satisfied");
      await choice.getByLabel(/shown first/).check();
      await choice.getByRole("button", { name: "Choose it" }).click();
      await page.waitForURL("**/choose/csat?done=chosen");
      await picture(page, "choice.made");
      for (const [measure, leg, objective] of [
        ["nps", "Customer", "Customers leave satisfied"],
        ["shrinkage", "Employee", "There is time for customers"],
        ["clv", "Business", "Customers stay"],
      ]) {
        await page.goto(inside(`/choose/${measure}`));
        await choice.locator('select[name="leg"]').selectOption({ label: leg });
        await choice.getByLabel(/^What is to be achieved/).fill(objective);
        await choice.getByRole("button", { name: "Choose it" }).click();
        await page.waitForURL(`**/choose/${measure}?done=chosen`);
      }
      await page.getByRole("link", { name: "All candidates" }).click();
      await page.waitForURL("**/choose");
      const said = await page.locator("main").innerText();
      for (const words of [/far apart/, /Legs that look one way only/, /No line of sight to a customer/]) assert.match(said, words);
      await picture(page, "choosing.chosen");
      // What a word means is one click away, without a script.
      await page.getByRole("link", { name: "Worth" }).first().click();
      assert.match(page.url(), /#word-worth$/);
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Save it" }).click()]);
      assert.equal(download.suggestedFilename(), "chosen.yaml");
    });
  });
});

for (const [role, pages] of Object.entries(SEEN)) {
  describe(`as ${role}`, () => {
    before(server);
    const named = Object.entries(pages).map(([name, page]) => [`${role}: ${name}`, page]);
    everyWay(Object.fromEntries(named), () => signedIn(role));
  });
}

describe("a way through the pages", () => {
  before(server);

  it("from signing in over a unit, a signal and its rows to signing out", () =>
    visit(() => inside("/today"), { own: true }, async (page) => {
      await page.waitForURL("**/sign-in?next=**");
      await signIn(page, "insights");
      await page.waitForURL("**/today**");
      await page.locator(".main-nav").getByRole("link", { name: "Scorecard" }).click();
      await page.waitForURL("**/scorecard/northmere**");
      await page.locator(".path .picker > summary").click();
      await page.getByRole("link", { name: "Branch network" }).click();
      await page.waitForURL("**/scorecard/branch-network**");
      // A signal is read in words where its measure is.
      const measure = page.locator(".row-name").first();
      const name = await measure.innerText();
      await measure.click();
      await page.waitForURL("**/measure/**");
      assert.equal(await page.locator("h1").innerText(), name);
      assert.ok((await page.locator(".readings li").count()) > 0, "what the course says stands in words");
      const file = page.getByRole("link", { name: "All rows as a file" });
      const [download] = await Promise.all([page.waitForEvent("download"), file.click()]);
      assert.match(download.suggestedFilename(), /\.csv$/);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.waitForURL("**/sign-in?left=yes");
      assert.match(await page.locator("main").getByRole("status").innerText(), /signed out/);
      // What was seen is not found by going back.
      await page.goBack();
      await page.waitForURL("**/sign-in?next=**");
    }));

  it("a page of somebody else's unit looks like one that does not exist", async () => {
    const options = await signedIn("manager");
    await visit(() => inside("/scorecard/castlegate"), { own: true, forgiving: true, ...options }, async (page) => {
      assert.equal(page.answer.status(), 404);
      await picture(page, "signed-in.refused");
    });
  });
});
