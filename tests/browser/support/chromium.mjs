// Finds the browser: the one that CHROMIUM names, otherwise the first of the usual names on the PATH.

import { accessSync, constants } from "node:fs";
import path from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function findChromium() {
  if (process.env.CHROMIUM) {
    if (isProgram(process.env.CHROMIUM)) return process.env.CHROMIUM;
    throw new Error(`CHROMIUM is \`${process.env.CHROMIUM}\`, and there is no program of that name.`);
  }
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
    for (const name of NAMES) {
      const file = path.join(folder, name);
      if (isProgram(file)) return file;
    }
  }
  throw new Error(`None of ${NAMES.join(", ")} is on the PATH. Install one, or name it in CHROMIUM.`);
}
