// Light and dark, menus that close, the drawing of charts, and pasting into grids. Every page works without it.
//
// A chart is a block of JSON that the server wrote: the option of ECharts, with colours as `var(--name)` so that
// they follow the theme, and all texts ready made. Nothing is worded or rounded here. The canvas renderer needs no
// inline styles, and the tip is our own element because those of ECharts write style attributes or lose the type;
// so a strict content security policy holds.
(function () {
  "use strict";
  var root = document.documentElement;
  var drawn = [];

  // ---------- charts ----------

  // light-dark() resolves only on a real property, so colours are read through a probe.
  function palette() {
    var probe = document.createElement("i");
    var known = {};
    document.body.appendChild(probe);
    return {
      colour: function (name) {
        if (!(name in known)) {
          probe.style.color = "var(" + name + ")";
          known[name] = getComputedStyle(probe).color;
        }
        return known[name];
      },
      done: function () { probe.remove(); }
    };
  }

  function painted(value, colours) {
    if (typeof value === "string") {
      var token = /^var\((--[a-z0-9-]+)\)$/.exec(value);
      return token ? colours.colour(token[1]) : value;
    }
    if (Array.isArray(value)) return value.map(function (item) { return painted(item, colours); });
    if (value && typeof value === "object") {
      var copy = {};
      Object.keys(value).forEach(function (key) { copy[key] = painted(value[key], colours); });
      return copy;
    }
    return value;
  }

  function draw(holder, colours) {
    var block = JSON.parse(document.getElementById(holder.dataset.chart).textContent);
    var option = painted(block.option, colours);
    option.textStyle.fontFamily = getComputedStyle(document.body).fontFamily;
    option.yAxis.axisLabel.formatter = function (value, place) { return block.ticks[place]; };
    var ratio = Math.max(2, window.devicePixelRatio || 1);
    var chart = window.echarts.init(holder, null, { renderer: "canvas", devicePixelRatio: ratio });
    chart.setOption(option);
    if (holder.clientWidth < 560) chart.setOption(painted(block.narrow, colours));
    addTip(chart, holder, block.tips);
    return chart;
  }

  // Says the figure under the pointer, on the side of it that has more room.
  function addTip(chart, holder, tips) {
    var tip = document.createElement("div");
    tip.className = "chart-tip";
    tip.hidden = true;
    holder.appendChild(tip);
    chart.on("updateAxisPointer", function (event) {
      var axis = event.axesInfo[0];
      tip.hidden = !axis;
      if (!axis) return;
      tip.textContent = tips[axis.value];
      var x = chart.convertToPixel({ xAxisIndex: 0 }, axis.value);
      var left = x < holder.clientWidth / 2 ? x + 12 : x - 12 - tip.offsetWidth;
      tip.style.left = Math.round(left) + "px";
    });
  }

  function drawAll() {
    var holders = document.querySelectorAll("[data-chart]");
    if (!holders.length) return;
    drawn.forEach(function (chart) { chart.dispose(); });
    document.querySelectorAll(".chart-tip").forEach(function (tip) { tip.remove(); });
    drawn = [];
    var colours = palette();
    holders.forEach(function (holder) {
      if (!window.echarts) { holder.classList.add("failed"); return; }
      drawn.push(draw(holder, colours));
      // The table below was open for those without a script; now the chart says it.
      var table = holder.parentElement.querySelector("details.fold");
      if (table && !table.dataset.settled) { table.open = false; table.dataset.settled = "yes"; }
    });
    colours.done();
  }

  // ---------- light and dark ----------

  function dark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function setTheme(theme) {
    root.dataset.theme = theme;
    try { localStorage.setItem("theme", theme); } catch (error) { /* only this page then */ }
    drawAll();
  }

  // ---------- menus ----------

  function closeMenus(except) {
    document.querySelectorAll("details.picker[open]").forEach(function (picker) {
      if (!except || !picker.contains(except)) picker.open = false;
    });
  }

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-theme-switch]")) setTheme(dark() ? "light" : "dark");
    closeMenus(event.target);
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var open = document.querySelector("details.picker[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  // ---------- finding things ----------

  // A stroke leads to the field, unless somebody is writing.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    var field = document.querySelector("[data-finder]");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  // ---------- grids ----------

  // The boxes of a grid, row by row.
  function rowsOf(grid) {
    return Array.from(grid.querySelectorAll("tbody tr")).map(function (row) {
      return Array.from(row.querySelectorAll("[data-box]"));
    }).filter(function (boxes) { return boxes.length > 0; });
  }

  function placeOf(box) {
    var rows = Array.from(box.form.querySelectorAll("table.grid")).reduce(function (all, grid) {
      return all.concat(rowsOf(grid));
    }, []);
    var row = rows.findIndex(function (boxes) { return boxes.indexOf(box) >= 0; });
    return { rows: rows, row: row, column: rows[row].indexOf(box) };
  }

  // What a spreadsheet copies: lines of cells, and cells with line breaks between quotes.
  function cellsOf(text) {
    var rows = [[]], cell = "", quoted = false;
    text = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (var at = 0; at < text.length; at += 1) {
      var char = text[at];
      if (quoted) {
        if (char !== '"') cell += char;
        else if (text[at + 1] === '"') { cell += char; at += 1; }
        else quoted = false;
      } else if (char === '"' && cell === "") {
        quoted = true;
      } else if (char === "\t" || char === "\n") {
        rows[rows.length - 1].push(cell);
        cell = "";
        if (char === "\n") rows.push([]);
      } else {
        cell += char;
      }
    }
    rows[rows.length - 1].push(cell);
    return rows;
  }

  document.addEventListener("paste", function (event) {
    var box = event.target.closest && event.target.closest("[data-box]");
    var text = event.clipboardData && event.clipboardData.getData("text/plain");
    if (!box || !text || !/[\t\n\r]/.test(text.replace(/[\r\n]+$/, ""))) return;
    event.preventDefault();
    var place = placeOf(box);
    cellsOf(text).forEach(function (cells, down) {
      var boxes = place.rows[place.row + down];
      if (!boxes) return;
      cells.forEach(function (cell, right) {
        var target = boxes[place.column + right];
        if (target) target.value = cell.trim();
      });
    });
  });

  // Enter and the arrows move between rows, and send nothing.
  document.addEventListener("keydown", function (event) {
    var box = event.target.closest && event.target.closest("input[data-box]");
    if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
    var step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    var place = placeOf(box);
    var boxes = place.rows[place.row + step];
    var target = boxes && boxes[Math.min(place.column, boxes.length - 1)];
    if (!target) return;
    target.focus();
    if (target.select) target.select();
  });

  // ---------- when to draw ----------

  var waiting;
  addEventListener("resize", function () { clearTimeout(waiting); waiting = setTimeout(drawAll, 120); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  // Paper is light.
  var before;
  addEventListener("beforeprint", function () { before = root.dataset.theme; root.dataset.theme = "light"; drawAll(); });
  addEventListener("afterprint", function () {
    if (before) root.dataset.theme = before; else delete root.dataset.theme;
    drawAll();
  });
  (document.fonts ? document.fonts.ready : Promise.resolve()).then(drawAll);
})();
