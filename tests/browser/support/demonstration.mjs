// A small demonstration project in a temporary folder, served on a free port.

import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

// The simulated bank ends with October 2026. A fixed instant keeps every page the same on every day it is tested.
const AS_OF = "2026-11-02T06:10:00Z";
// As small as still fills the pages: the smallest teams have a handful of answers a month.
const SCALE = "0.05";
const SECONDS_TO_START = 60;

// The demonstration has no measure that plainly counts, and nobody in it writes mark-up into a title. Both can come
// up in a real project.
const FURTHER_MEASURES = {
  "cases_opened.yaml": `measure: cases_opened
title: New cases
leg: customer
noun: cases
from: cases
count: rows
better: neither
about:
  means: How many cases customers brought.
`,
  "hostile.yaml": `measure: hostile
title: <script>window.struck = 1</script><img src=x onerror="window.struck = 1">
leg: customer
noun: cases
from: cases
count: rows
better: neither
about:
  means: </script><script>window.struck = 1</script>
`,
};

// Figures that people type: in the demonstration, all figures come from files.
const VISITS = `measure: visits
title: Mystery visits
leg: customer
noun: points
from: observations
where: measure = 'visits'
ratio: { numerator: { sum: numerator }, denominator: { sum: denominator } }
unit: percent
better: higher
levels: [unit]
`;
const COLLECTION = `collection: branch_month
title: Branch figures of the month
measures: [visits]
every: month
kind: branch
begins: 2026-10-01
`;

/**
 * Makes the project and serves it. What comes back knows the address and how to stop. With `figures` branches owe some.
 */
export async function startDemonstration(binary, { figures = false } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "evenkeel-browser-"));
  const servers = [];
  const clear = () => {
    for (const server of servers) server.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  // The hooks of the test runner do not run when the process is interrupted; these do.
  process.once("exit", clear);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
  try {
    const project = path.join(folder, "bank");
    execFileSync(binary, ["demo", "--no-serve", "--scale", SCALE, "--dir", project], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    for (const [name, text] of Object.entries(FURTHER_MEASURES)) {
      writeFileSync(path.join(project, "measures", "customer", name), text);
    }
    if (figures) {
      writeFileSync(path.join(project, "measures", "customer", "visits.yaml"), VISITS);
      mkdirSync(path.join(project, "collections"));
      writeFileSync(path.join(project, "collections", "month.yaml"), COLLECTION);
      appendFileSync(path.join(project, "evenkeel.yaml"), "collections: [collections/month.yaml]\n");
    }
    const open = await serve(binary, project, ["--auth", "none"]);
    servers.push(open);
    return {
      url: open.url,
      project,
      /** Serves the same project to those who sign in. The code is what the first administrator is asked for. */
      async withAccounts() {
        const asking = await serve(binary, project, [], /enter the code (\S+)/);
        servers.push(asking);
        return { url: asking.url, code: asking.said };
      },
      async stop() {
        await Promise.all(servers.map((server) => server.stop()));
        clear();
      },
    };
  } catch (error) {
    clear();
    throw error;
  }
}

/**
 * A small project without any data, served. `importMore` brings in what lies in its raw files, and one more case. With
 * `scheduled` the server imports by itself.
 */
export async function startEmpty(binary, { scheduled = false } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "evenkeel-browser-"));
  const clear = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.once("exit", clear);
  const project = path.join(folder, "service");
  const run = (...words) => execFileSync(binary, words, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  run("init", "service", "--template", "blank");
  if (scheduled) appendFileSync(path.join(project, "evenkeel.yaml"), "import: { every: 1 day }\n");
  const server = await serve(binary, project, ["--auth", "none"]);
  process.once("exit", server.kill);
  let cases = 3000;
  return {
    url: server.url,
    importMore() {
      cases += 1;
      const more = `${cases},2026-10-20T08:00:00Z,email,delivery,north,ama,no,2026-10-21T07:00:00Z,5\n`;
      appendFileSync(path.join(project, "raw", "cases.csv"), more);
      run("import", "--project", project);
    },
    async stop() {
      await server.stop();
      clear();
    },
  };
}

/** A small project, served to those who sign in, with a password or at the provider of this address. */
export async function startWithProvider(binary, issuer) {
  const folder = mkdtempSync(path.join(tmpdir(), "evenkeel-browser-"));
  const clear = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.once("exit", clear);
  const project = path.join(folder, "service");
  const run = (...words) => execFileSync(binary, words, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  run("init", "service", "--template", "blank");
  run("import", "--project", project);
  const settings = { EVENKEEL_OPENID_ISSUER: issuer, EVENKEEL_OPENID_CLIENT: "scorecard" };
  const server = await serve(binary, project, [], /enter the code (\S+)/, settings);
  process.once("exit", server.kill);
  return {
    url: server.url,
    code: server.said,
    async stop() {
      await server.stop();
      clear();
    },
  };
}

/** A support desk that has nothing but an export, served. The export is a file that is to be loaded. */
export async function startDesk(binary, files) {
  const folder = mkdtempSync(path.join(tmpdir(), "evenkeel-browser-"));
  const clear = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.once("exit", clear);
  const words = ["init", "desk", "--template", "support-desk"];
  execFileSync(binary, words, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const server = await serve(binary, path.join(folder, "desk"), ["--auth", "none"]);
  process.once("exit", server.kill);
  return {
    url: server.url,
    file: (name) => path.join(folder, name),
    async stop() {
      await server.stop();
      clear();
    },
  };
}

/** Serves a project, and waits until the server answers and has said what is waited for. */
async function serve(binary, project, more, awaited = /()/, settings = {}) {
  const server = spawn(binary, ["serve", "--port", "0", "--project", project, "--as-of", AS_OF, ...more], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...settings },
  });
  const stopped = new Promise((resolve) => server.once("exit", resolve));
  const kill = () => server.kill("SIGKILL");
  try {
    const { url, said } = await address(server, awaited);
    await untilHealthy(url);
    return {
      url,
      said,
      kill,
      async stop() {
        server.kill("SIGTERM");
        const late = setTimeout(kill, 3000);
        await stopped;
        clearTimeout(late);
      },
    };
  } catch (error) {
    kill();
    throw error;
  }
}

/**
 * The address that the server prints once it listens, with what it says besides. It chose the port itself, so no other
 * process can hold it.
 */
function address(server, awaited) {
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (chunk) => {
      said += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      const besides = awaited.exec(said);
      if (found && besides) resolve({ url: found[0], said: besides[1] });
    };
    server.stdout.on("data", listen);
    server.stderr.on("data", listen);
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`\`serve\` ended with exit code ${code}:\n${said}`)));
    setTimeout(() => reject(new Error(`\`serve\` named no address:\n${said}`)), SECONDS_TO_START * 1000).unref();
  });
}

async function untilHealthy(url) {
  const end = Date.now() + SECONDS_TO_START * 1000;
  for (;;) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > end) throw new Error(`${url}/health does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
