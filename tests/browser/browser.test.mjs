// Tests of the pages in a browser. README.md says how to run them. All checks share one server and one browser, so they
// run in one process; the order is that of the output.

import "./checks/every-page.mjs";
import "./checks/numbers.mjs";
import "./checks/selectors.mjs";
import "./checks/chart.mjs";
import "./checks/exports.mjs";
import "./checks/live.mjs";
import "./checks/finding.mjs";
import "./checks/record-and-map.mjs";
import "./checks/asking.mjs";
import "./checks/keyboard.mjs";
import "./checks/without-script.mjs";
import "./checks/refusals.mjs";
import "./checks/hostile-input.mjs";
import "./checks/paper-and-motion.mjs";
import "./checks/signed-in.mjs";
import "./checks/work-account.mjs";
import "./checks/figures.mjs";
import "./checks/loading.mjs";
