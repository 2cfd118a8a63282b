// Draws the figures, shows hidden traces at the press of a button, and searches the numbers.
"use strict";
document.documentElement.classList.add("js");

const figures = new Map();
for (const element of document.querySelectorAll("script[data-plot]")) {
  figures.set(element.dataset.plot, JSON.parse(element.textContent));
}

// Circles and letters are sized for a width; on a narrower page they shrink with it.
function fitted(figure, width) {
  const copy = structuredClone(figure);
  const wanted = copy.layout.meta.width;
  if (!wanted) return copy;
  const scale = Math.min(1.15, width / wanted);
  for (const trace of copy.data) {
    if (!trace.marker) continue;
    trace.marker.size = trace.marker.size.map((size) => size * scale);
    if (trace.textfont) trace.textfont.size *= scale;
  }
  copy.layout.height *= scale;
  return copy;
}

function draw(name) {
  const place = document.getElementById(name);
  const figure = fitted(figures.get(name), place.clientWidth);
  for (const trace of figure.data) {
    if (trace.visible === "legendonly") trace.showlegend = false;
  }
  place.style.height = `${figure.layout.height}px`;
  return Plotly.react(place, figure.data, figure.layout, {
    displayModeBar: false, responsive: false, showTips: false,
  }).then(() => {
    // with a view box the drawing fills whatever width the printed page has
    for (const svg of place.querySelectorAll("svg.main-svg")) {
      svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
    }
  });
}

// Base 85: five letters are four bytes, the last of them filled up with nothing.
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;,=>?@^_`{|}~";
function lettersToBytes(packed) {
  const values = new Uint8Array(128);
  for (let at = 0; at < LETTERS.length; at++) values[LETTERS.charCodeAt(at)] = at;
  const bytes = new DataView(new ArrayBuffer((packed.length / 5) * 4));
  for (let at = 0; at < packed.length; at += 5) {
    let word = 0;
    for (let k = 0; k < 5; k++) word = word * 85 + values[packed.charCodeAt(at + k)];
    bytes.setUint32((at / 5) * 4, word);
  }
  return bytes;
}

// Plotly's script is packed in the page; it is unpacked once, before the first figure is drawn.
let unpacked;
function plotly() {
  unpacked ??= (async () => {
    const { textContent: letters, dataset } = document.getElementById("plotly");
    const bytes = new Uint8Array(lettersToBytes(letters).buffer, 0, Number(dataset.size));
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(plain).text();
    document.head.append(script);
  })();
  return unpacked;
}

// Figures that are folded away are drawn when they are unfolded.
const drawn = new Map();
function drawAll() {
  const width = document.body.clientWidth;
  const due = [...figures.keys()].filter((name) => {
    const folded = document.getElementById(name).closest("details:not([open])");
    return !folded && drawn.get(name) !== width;
  });
  for (const name of due) drawn.set(name, width);
  plotly().then(() => Promise.all(due.map(draw))).then(() => {
    document.documentElement.dataset.drawn = "yes";
  });
}
drawAll();
for (const fold of document.querySelectorAll("details")) fold.addEventListener("toggle", drawAll);

// A link into the annex, from outside or from its contents, unfolds it.
function unfold() {
  const aim = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const annex = document.getElementById("annex");
  if (aim && annex.contains(aim)) {
    annex.open = true;
    aim.scrollIntoView();
  }
}
unfold();
window.addEventListener("hashchange", unfold);
let waiting;
window.addEventListener("resize", () => {
  if (window.matchMedia("print").matches) return;
  clearTimeout(waiting);
  waiting = setTimeout(drawAll, 200);
});

for (const button of document.querySelectorAll("button[data-trace]")) {
  button.addEventListener("click", () => {
    const trace = figures.get(button.dataset.plot).data[Number(button.dataset.trace)];
    const shown = trace.visible === "legendonly";
    trace.visible = shown ? true : "legendonly";
    button.setAttribute("aria-pressed", String(shown));
    draw(button.dataset.plot);
  });
}

const search = document.getElementById("search");
if (search) {
  const rows = [...document.querySelectorAll("table[data-searched] tbody tr")]
    .map((row) => ({ row, text: row.textContent.toLowerCase(), group: row.closest("details:not(#annex)") }));
  const found = document.getElementById("found");
  const counted = rows.filter(({ group }) => group);
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = (text) => words.every((word) => text.includes(word));
    const groups = new Map();
    for (const { row, text, group } of rows) {
      const hit = matches(text);
      row.hidden = !hit;
      if (group) groups.set(group, (groups.get(group) || 0) + Number(hit));
    }
    for (const [group, hits] of groups) group.open = words.length > 0 && hits > 0;
    const hits = counted.filter(({ row }) => !row.hidden).length;
    found.textContent = words.length ? `${hits} of ${counted.length} numbers match` : "";
  });
}
