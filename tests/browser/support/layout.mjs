// What can be measured about how a page lies on the screen.

/**
 * What has moved on the page since it began to be drawn although nobody did anything, as browsers count it: the sum of the
 * shifts, and what moved. Runs inside the page.
 */
export async function shiftsOfLayout() {
  await document.fonts.ready;
  const entries = await new Promise((done) => {
    const found = [];
    const observer = new PerformanceObserver((list) => found.push(...list.getEntries()));
    observer.observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(found.concat(observer.takeRecords())), 50);
  });
  const own = entries.filter((entry) => !entry.hadRecentInput);
  const moved = own.flatMap((entry) => entry.sources.map(({ node }) => node?.nodeName ?? "something that is gone"));
  return { sum: own.reduce((sum, entry) => sum + entry.value, 0), moved };
}

/**
 * Texts that cover each other, and texts that are cut off by the edge of the window or of a box that cannot be
 * scrolled. Lines of text are compared by the boxes of their glyphs. Boxes of neighbouring lines may touch where lines
 * are set tight, so only those count that share more than a third of their height. Runs inside the page.
 */
export function faultsOfLayout() {
  const faults = [];
  const lines = [];
  const shown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true }) &&
    !element.closest(".unseen, .skip");

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    const parent = node.parentElement;
    if (!text || ["SCRIPT", "STYLE", "TITLE"].includes(parent.tagName.toUpperCase()) || !shown(parent)) continue;
    if (isHiddenFromView(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      const { rect, cut } = visiblePart(box, parent);
      if (cut) faults.push(`cut off: “${text.slice(0, 40)}”`);
      if (rect) lines.push({ rect, text, node });
    }
  }
  for (const mark of document.querySelectorAll("svg.mark, svg.icon, svg.sparkline, svg.interval, canvas")) {
    if (!shown(mark) || isHiddenFromView(mark)) continue;
    const { rect } = visiblePart(mark.getBoundingClientRect(), mark);
    if (rect) lines.push({ rect, text: `<${mark.getAttribute("class") ?? mark.tagName}>`, node: mark });
  }

  lines.sort((a, b) => a.rect.top - b.rect.top);
  lines.forEach((upper, place) => {
    for (let next = place + 1; next < lines.length && lines[next].rect.top < upper.rect.bottom; next += 1) {
      const lower = lines[next];
      if (upper.node === lower.node || upper.node.contains(lower.node) || lower.node.contains(upper.node)) continue;
      const across = Math.min(upper.rect.right, lower.rect.right) - Math.max(upper.rect.left, lower.rect.left);
      const down = Math.min(upper.rect.bottom, lower.rect.bottom) - lower.rect.top;
      const height = Math.min(upper.rect.bottom - upper.rect.top, lower.rect.bottom - lower.rect.top);
      if (across > 1.5 && down > height * 0.35) {
        faults.push(`overlap: “${upper.text.slice(0, 40)}” and “${lower.text.slice(0, 40)}”`);
      }
    }
  });
  return faults;

  // Heads of columns are there for those who cannot see them: in a box of one pixel.
  function isHiddenFromView(element) {
    for (let box = element; box; box = box.parentElement) {
      if (getComputedStyle(box).clipPath !== "none") return true;
    }
    return false;
  }

  // What is left of a box inside the boxes around it, and whether what is lost cannot be scrolled to.
  function visiblePart(box, element) {
    const rect = { left: box.left, right: box.right, top: box.top, bottom: box.bottom };
    let reachable = false;
    let cut = false;
    for (let around = element; around && around !== document.documentElement; around = around.parentElement) {
      const style = getComputedStyle(around);
      if (style.display === "inline" || style.overflowX === "visible") continue;
      const edge = around.getBoundingClientRect();
      const scrolls = ["auto", "scroll"].includes(style.overflowX);
      if (!scrolls && !reachable && (rect.right > edge.right + 1 || rect.left < edge.left - 1)) cut = true;
      if (scrolls) reachable = true;
      rect.left = Math.max(rect.left, edge.left);
      rect.right = Math.min(rect.right, edge.right);
      rect.top = Math.max(rect.top, edge.top);
      rect.bottom = Math.min(rect.bottom, edge.bottom);
    }
    if (!reachable && (rect.right > innerWidth + 1 || rect.left < -1)) cut = true;
    const left = rect.right - rect.left > 0.5 && rect.bottom - rect.top > 0.5;
    return { rect: left ? rect : undefined, cut };
  }
}

/** How far the page is wider than the window. Runs inside the page. */
export function excessWidth() {
  return Math.max(0, document.scrollingElement.scrollWidth - innerWidth);
}

/** The texts of the chart with their places on its canvas, and the size of the canvas. Runs inside the page. */
export function textsOfChart() {
  const chart = window.echarts.getInstanceByDom(document.querySelector(".chart"));
  const texts = chart
    .getZr()
    .storage.getDisplayList(true)
    .filter((shape) => shape.type === "tspan" && shape.style.text && !shape.ignore && !shape.invisible)
    .map((shape) => {
      const box = shape.getBoundingRect().clone();
      if (shape.transform) box.applyTransform(shape.transform);
      return { text: shape.style.text, left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height };
    });
  return { texts, width: chart.getWidth(), height: chart.getHeight() };
}

/**
 * How much of the canvas is covered by the line of the measure, told by its colour. A canvas that is blank, or holds
 * nothing but its grid, has none. Runs inside the page.
 */
export function sharesOfInk() {
  const canvas = document.querySelector(".chart canvas");
  const probe = document.createElement("i");
  document.body.append(probe);
  probe.style.color = "var(--ink-2)";
  const colour = getComputedStyle(probe).color;
  probe.remove();
  const [red, green, blue] = colour.match(/\d+/g).map(Number);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let line = 0;
  for (let place = 0; place < data.length; place += 4) {
    const near =
      Math.abs(data[place] - red) + Math.abs(data[place + 1] - green) + Math.abs(data[place + 2] - blue) < 24;
    if (near && data[place + 3] > 200) line += 1;
  }
  return { line: line / (data.length / 4), colour };
}

/** Texts that reach over the edge of the canvas or into each other. */
export function faultsOfChart({ texts, width, height }) {
  const faults = [];
  texts.forEach((one, place) => {
    if (one.left < 0 || one.top < 0 || one.right > width || one.bottom > height) {
      faults.push(`“${one.text}” reaches over the edge`);
    }
    for (const other of texts.slice(place + 1)) {
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (across > 1 && down > 1) faults.push(`“${one.text}” covers “${other.text}”`);
    }
  });
  return faults;
}
