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
 * Makes the project and serves it. What comes back knows the address and how to stop. With `accounts` everybody has to
 * sign in, `code` sets the first account up, and branches owe figures.
 */
export async function startDemonstration(binary, { accounts = false } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "evenkeel-browser-"));
  let server;
  const clear = () => {
    server?.kill("SIGKILL");
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
    if (accounts) {
      writeFileSync(path.join(project, "measures", "customer", "visits.yaml"), VISITS);
      mkdirSync(path.join(project, "collections"));
      writeFileSync(path.join(project, "collections", "month.yaml"), COLLECTION);
      appendFileSync(path.join(project, "evenkeel.yaml"), "collections: [collections/month.yaml]\n");
    }
    const open = accounts ? [] : ["--auth", "none"];
    server = spawn(binary, ["serve", ...open, "--port", "0", "--project", project, "--as-of", AS_OF], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stopped = new Promise((resolve) => server.once("exit", resolve));
    let said = "";
    server.stdout.on("data", (chunk) => (said += chunk));
    const url = await address(server);
    await untilHealthy(url);
    return {
      url,
      code: /enter the code (\S+)/.exec(said)?.[1],
      async stop() {
        server.kill("SIGTERM");
        const late = setTimeout(() => server.kill("SIGKILL"), 3000);
        await stopped;
        clearTimeout(late);
        clear();
      },
    };
  } catch (error) {
    clear();
    throw error;
  }
}

/** The address that the server prints once it listens. It chose the port itself, so no other process can hold it. */
function address(server) {
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (chunk) => {
      said += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found) resolve(found[0]);
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
