// Runs before anything is drawn: tells the style sheet that scripts run, and brings back the chosen theme.
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
})();
