// Runs before anything is drawn: tells the style sheet that scripts run, brings back the chosen theme, and folds the tables
// that charts stand for.
(function () {
  "use strict";
  var root = document.documentElement;
  root.dataset.script = "on";
  try {
    var theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch (error) {
    // Storage may be switched off; then the theme of the system holds.
  }
  // The table below a chart is open for those without a script. It is folded as soon as it is there, so that nothing moves
  // when the chart is drawn.
  var folding = new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      change.addedNodes.forEach(function (added) {
        if (added.localName !== "details" || !added.classList.contains("fold")) return;
        var around = added.parentElement;
        if (!around || !around.querySelector("[data-chart]") || around.querySelector("details.fold") !== added) return;
        added.open = false;
        added.dataset.settled = "yes";
      });
    });
  });
  folding.observe(root, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", function () { folding.disconnect(); });
})();
