// Light and dark, menus that close, charts and pictures of them, and pasting into grids. Every page works without it.
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

  function blockOf(holder) {
    return JSON.parse(document.getElementById(holder.dataset.chart).textContent);
  }

  function optionOf(block, colours) {
    var option = painted(block.option, colours);
    // Single quotes, because the library writes it into an attribute as it is.
    option.textStyle.fontFamily = getComputedStyle(document.body).fontFamily.replace(/"/g, "'");
    option.yAxis.axisLabel.formatter = function (value, place) { return block.ticks[place]; };
    return option;
  }

  function draw(holder, colours) {
    var block = blockOf(holder);
    var option = optionOf(block, colours);
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
      if (!window.echarts) {
        // The table that was folded for the chart says it in its place.
        var table = holder.parentElement.querySelector("details.fold");
        if (table && !holder.classList.contains("failed")) table.open = true;
        holder.classList.add("failed");
        return;
      }
      drawn.push(draw(holder, colours));
    });
    colours.done();
  }

  // ---------- pictures of charts ----------

  // A picture is an SVG with everything in it: the styles of the page as attributes, the marks that it uses, the type,
  // and above it what it is about. It is made in light colours, as paper is. Of a PNG it is the drawing.
  var CARRIED = ["color", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin",
    "stroke-linecap", "paint-order", "font-family", "font-size", "font-weight", "text-anchor"];
  var MARGIN = 24;

  function escaped(text) {
    return text.replace(/[&<>"]/g, function (char) { return "&#" + char.charCodeAt(0) + ";"; });
  }

  // What an element inherits stands on the one around it already.
  function carry(from, to, around) {
    var style = getComputedStyle(from);
    var above = around && getComputedStyle(around);
    CARRIED.forEach(function (name) {
      var value = style.getPropertyValue(name);
      if (!above || to.hasAttribute(name) || value !== above.getPropertyValue(name)) to.setAttribute(name, value);
    });
    if (style.opacity !== "1") to.setAttribute("opacity", style.opacity);
    to.removeAttribute("class");
    to.removeAttribute("aria-hidden");
    // Where a link of this page leads means nothing elsewhere.
    if (to.localName === "a") to.removeAttribute("href");
  }

  // A drawing of the server as text that needs no style sheet.
  function standing(svg) {
    var copy = svg.cloneNode(true);
    var own = svg.querySelectorAll("*"), copied = copy.querySelectorAll("*");
    var used = {};
    own.forEach(function (element, place) {
      carry(element, copied[place], element.parentNode);
      if (element.localName === "use") used[element.getAttribute("href").slice(1)] = true;
    });
    carry(svg, copy, null);
    Object.keys(used).forEach(function (id) {
      // What the marks take from the style sheet themselves; their colour comes from where they are used.
      var symbol = document.getElementById(id);
      var mark = symbol.cloneNode(true);
      var styled = mark.querySelectorAll("[class]");
      symbol.querySelectorAll("[class]").forEach(function (part, place) {
        var style = getComputedStyle(part);
        styled[place].setAttribute("fill", style.fill);
        styled[place].setAttribute("stroke", style.stroke);
        styled[place].removeAttribute("class");
      });
      copy.insertBefore(mark, copy.firstChild);
    });
    var box = svg.viewBox.baseVal;
    ["role", "aria-label", "width", "height"].forEach(function (name) { copy.removeAttribute(name); });
    return { text: new XMLSerializer().serializeToString(copy), width: box.width, height: box.height };
  }

  // The same of a chart of the library, which can draw without a screen.
  function drawnAgain(holder) {
    var width = 880, height = 360, colours = palette();
    var chart = window.echarts.init(null, null, { renderer: "svg", ssr: true, width: width, height: height });
    chart.setOption(optionOf(blockOf(holder), colours));
    var text = chart.renderToSVGString();
    chart.dispose();
    colours.done();
    return { text: text.replace(/^<svg width="\d+" height="\d+"/, "<svg"), width: width, height: height };
  }

  function wrapped(text, font, width) {
    var pen = document.createElement("canvas").getContext("2d");
    pen.font = font;
    return text.split(" ").reduce(function (lines, word) {
      var longer = lines[lines.length - 1] + " " + word;
      if (pen.measureText(longer).width <= width) lines[lines.length - 1] = longer; else lines.push(word);
      return lines;
    }, [""]).map(function (line) { return line.trim(); }).filter(Boolean);
  }

  // The drawing with what it is about above it and where it comes from below it.
  function framed(drawing, about) {
    var family = getComputedStyle(document.body).fontFamily;
    var colours = palette();
    var ink = colours.colour("--ink"), quiet = colours.colour("--ink-2"), ground = colours.colour("--surface");
    colours.done();
    var width = drawing.width + 2 * MARGIN, top = MARGIN;
    function lines(text, size, weight, colour, step) {
      return wrapped(text, weight + " " + size + "px " + family, drawing.width).map(function (line) {
        top += step;
        return '<text x="' + MARGIN + '" y="' + (top - 6) + '" font-family="' + escaped(family) + '" font-size="' + size +
          '" font-weight="' + weight + '" fill="' + colour + '">' + escaped(line) + "</text>";
      }).join("");
    }
    var head = lines(about.title, 18, 600, ink, 24) + lines(about.notes, 12.5, 400, quiet, 18);
    top += 12;
    var inner = drawing.text.replace(/^<svg/, '<svg x="' + MARGIN + '" y="' + top + '" width="' + drawing.width +
      '" height="' + drawing.height + '"');
    var height = top + drawing.height + MARGIN;
    return {
      width: width,
      height: height,
      text: '<svg xmlns="http://www.w3.org/2000/svg" width="' + width + '" height="' + height + '" viewBox="0 0 ' + width +
        " " + height + '" role="img" aria-label="' + escaped(about.title) + '"><desc>' + escaped(about.words) +
        '</desc><rect width="100%" height="100%" fill="' + ground + '"/>' + head + inner + "</svg>"
    };
  }

  function asAddress(blob) {
    return new Promise(function (done, failed) {
      var reader = new FileReader();
      reader.onload = function () { done(reader.result); };
      reader.onerror = failed;
      reader.readAsDataURL(blob);
    });
  }

  // The type of the page that a picture is set in, as rules that need no other file.
  function typeOf(text) {
    var rules = [];
    Array.from(document.styleSheets).forEach(function (sheet) {
      Array.from(sheet.cssRules).forEach(function (rule) {
        if (!(rule instanceof CSSFontFaceRule)) return;
        var family = rule.style.getPropertyValue("font-family").replace(/["']/g, "");
        var file = /url\(["']?([^"')]+)/.exec(rule.style.getPropertyValue("src"));
        if (text.indexOf(family) < 0 || !file) return;
        rules.push(fetch(new URL(file[1], sheet.href)).then(function (answer) { return answer.blob(); }).then(asAddress)
          .then(function (address) {
            return '@font-face{font-family:"' + family + '";font-weight:200 900;src:url(' + address + ")}";
          }));
      });
    });
    return Promise.all(rules).then(function (all) { return all.join(""); });
  }

  function rasterised(picture) {
    return new Promise(function (done, failed) {
      var image = new Image();
      image.onload = function () {
        var canvas = document.createElement("canvas");
        canvas.width = picture.width * 2;
        canvas.height = picture.height * 2;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        canvas.toBlob(function (blob) { if (blob) done(blob); else failed(); }, "image/png");
      };
      image.onerror = failed;
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(picture.text);
    });
  }

  function pictureOf(drawn, about) {
    var holder = drawn.querySelector("[data-chart]");
    var before = root.dataset.theme;
    root.dataset.theme = "light";
    try {
      return framed(holder ? drawnAgain(holder) : standing(drawn.querySelector("svg[role]")), about);
    } finally {
      if (before) root.dataset.theme = before; else delete root.dataset.theme;
    }
  }

  function save(button) {
    var files = button.closest("[data-save]"), drawn = button.closest("[data-drawn]");
    var said = files.querySelector("[role=status]");
    said.textContent = "";
    new Promise(function (done) {
      var words = drawn.querySelector("[data-chart], svg[role]").getAttribute("aria-label");
      done(pictureOf(drawn, { title: files.dataset.title, notes: files.dataset.notes, words: words }));
    }).then(function (picture) {
      return typeOf(picture.text).then(function (rules) {
        picture.text = picture.text.replace(">", "><style>" + rules + "</style>");
        return button.dataset.form === "svg" ? new Blob([picture.text], { type: "image/svg+xml" }) : rasterised(picture);
      });
    }).then(function (blob) {
      var link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = files.dataset.save + "." + button.dataset.form;
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    }).catch(function () { said.textContent = said.dataset.failed; });
  }

  document.querySelectorAll("[data-save]").forEach(function (files) { files.hidden = false; });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-form]");
    if (button && button.closest("[data-save]")) save(button);
  });

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

  // ---------- new figures ----------

  // A page that is looked at hears when there are newer data. One that is not lets go: browsers allow few connections.
  var body = document.body;
  var stream;

  function quiet() {
    if (stream) stream.close();
    stream = undefined;
  }

  function listen() {
    if (!body.dataset.live || stream || document.hidden || !window.EventSource) return;
    stream = new EventSource(body.dataset.live);
    stream.addEventListener("data", function (event) {
      if (String(JSON.parse(event.data).version) === body.dataset.version) return;
      quiet();
      delete body.dataset.live;
      var news = document.querySelector("[data-news]");
      // A page that was sent by a form is asked for again, and nothing is sent twice.
      news.querySelector("a").href = location.pathname + location.search;
      news.hidden = false;
    });
    // The browser tries again by itself, unless it was refused; then it tries when somebody comes back to the page.
    stream.onerror = function () { if (stream && stream.readyState === EventSource.CLOSED) stream = undefined; };
  }

  // ---------- files that are loaded ----------

  // How far an import has come; its end is a page of its own, asked for again.
  var going = document.querySelector("[data-progress]");
  if (going && window.EventSource) {
    var news = new EventSource(going.dataset.progress);
    news.addEventListener("progress", function (event) {
      going.querySelector("[data-progress-text]").textContent = event.data;
    });
    news.addEventListener("end", function () { news.close(); location.reload(); });
    addEventListener("pagehide", function () { news.close(); });
  }

  // How far imports come that the server began by itself. An open page asks for itself again, once a second at most, and
  // takes over the cells that say it.
  var steps = document.querySelector("[data-steps]");
  var heard;
  var renewing;

  function renew() {
    fetch(location.pathname, { headers: { accept: "text/html" } })
      .then(function (answer) { return answer.ok ? answer.text() : ""; })
      .then(function (text) {
        var fresh = new DOMParser().parseFromString(text, "text/html").querySelectorAll("[data-step]");
        var shown = steps.querySelectorAll("[data-step]");
        // A source that came or went is on the page when it is loaded again.
        if (fresh.length !== shown.length) return;
        shown.forEach(function (cell, at) {
          if (cell.textContent !== fresh[at].textContent) cell.replaceChildren.apply(cell, fresh[at].childNodes);
        });
      })
      .catch(function () {})
      .then(function () { renewing = undefined; });
  }

  function follow() {
    if (!steps || heard || document.hidden || !window.EventSource) return;
    heard = new EventSource(steps.dataset.steps);
    heard.addEventListener("step", function () { renewing = renewing || setTimeout(renew, 1000); });
    heard.onerror = function () { if (heard && heard.readyState === EventSource.CLOSED) heard = undefined; };
  }

  function leave() {
    if (heard) heard.close();
    heard = undefined;
  }

  // A file may be dropped onto the form instead of being chosen.
  document.querySelectorAll("[data-drop]").forEach(function (form) {
    var box = form.querySelector("input[type=file]");
    ["dragenter", "dragover"].forEach(function (name) {
      form.addEventListener(name, function (event) { event.preventDefault(); form.classList.add("over"); });
    });
    ["dragleave", "drop"].forEach(function (name) {
      form.addEventListener(name, function () { form.classList.remove("over"); });
    });
    form.addEventListener("drop", function (event) {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      box.files = event.dataTransfer.files;
    });
  });

  document.addEventListener("visibilitychange", function () {
    if (document.hidden) { quiet(); leave(); } else { listen(); follow(); }
  });
  addEventListener("pagehide", function () { quiet(); leave(); });
  addEventListener("pageshow", function () { listen(); follow(); });

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
