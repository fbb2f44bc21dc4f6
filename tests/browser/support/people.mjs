// Those who sign in: one person for each role, set up through the pages as people do it.

import { readFileSync } from "node:fs";
import path from "node:path";
import { open, serveWithAccounts, surroundings } from "./suite.mjs";

export const PASSWORD = "seven quiet harbours";

const FIRST = { name: "Mara Osei", signIn: "mara" };

/** Who is added, by what the checks call them, with their role where it is called otherwise, and which names they have. */
const OTHERS = {
  insights: { name: "Ines Duarte", signIn: "ines" },
  executive: { name: "Eric Lindqvist", signIn: "eric" },
  manager: { name: "Milo Brandt", signIn: "milo", unit: "lakeside" },
  // Leads a branch in which customers gave low scores of late.
  caller: { role: "manager", name: "Cara Novak", signIn: "cara", unit: "ashgrove" },
  agent: { name: "Anna Kowalska", signIn: "anna" },
  viewer: { name: "Vera Popescu", signIn: "vera", unit: "branch-network" },
};

let served;
const states = new Map();
const links = new Map();

/** The server that asks for a sign-in, with nobody set up at first. */
export async function server() {
  served ??= await serveWithAccounts();
  return served;
}

/** A whole address of that server. */
export const inside = (at) => new URL(at, served.url).href;

/** Somebody who works in Lakeside as the record has it: the identifier that the agent gets. */
export function somebodyOfLakeside() {
  const file = path.join(served.project, "raw", "hr", "assignments.csv");
  const rows = readFileSync(file, "utf8").split("\n");
  return rows.map((row) => row.split(",")).find(([, unit, , until]) => unit === "lakeside" && until?.trim() === "")[0];
}

/** Fills the form of the first administrator in, with the code that the program printed. */
export async function setUp(page) {
  await page.goto(inside("/set-up"));
  await page.getByLabel("Code from the terminal").fill(served.code);
  await page.getByLabel("Your name").fill(FIRST.name);
  await page.getByLabel("Name or e-mail to sign in with").fill(FIRST.signIn);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set up" }).click();
  await page.waitForURL("**/administration");
}

/** Adds everybody else on the page of accounts, where an administrator is. The links are kept for `chooses`. */
export async function addOthers(page) {
  for (const [key, { role = key, name, signIn, unit = "" }] of Object.entries(OTHERS)) {
    await page.goto(inside("/administration"));
    const form = page.locator('form[action="/administration/users"]');
    await form.getByLabel("Name", { exact: true }).fill(name);
    await form.getByLabel("Name or e-mail to sign in with").fill(signIn);
    await form.getByLabel("Role").selectOption(role);
    await form.getByLabel("Unit, for a manager or viewer").selectOption(unit);
    if (role === "agent") await form.getByLabel("Identifier in the record, for an agent").fill(somebodyOfLakeside());
    await form.getByRole("button", { name: "Add" }).click();
    await page.getByRole("heading", { name: `A link for ${name}` }).waitFor();
    links.set(key, new URL(await page.locator(".one-time pre").innerText()).pathname);
  }
}

/** Where somebody of a role chooses a password, once. */
export const linkFor = (role) => inside(links.get(role));

/** Signs somebody in through the form of the page that is open. */
export async function signIn(page, role, password = PASSWORD) {
  await page.getByLabel("Name or e-mail").fill((OTHERS[role] ?? FIRST).signIn);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** What people call whoever has a role. */
export const nameOf = (role) => (OTHERS[role] ?? FIRST).name;

/** What the browser of somebody who signed in keeps; they sign in with the first call. */
export async function signedIn(role) {
  if (!states.has(role)) {
    const context = await surroundings();
    const page = await open(inside("/sign-in"), context);
    await signIn(page, role);
    await page.waitForURL((url) => url.pathname !== "/sign-in");
    states.set(role, await context.storageState());
    await context.close();
  }
  return { storageState: states.get(role) };
}
