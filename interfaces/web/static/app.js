// What pages need beyond links and forms: plots, the graph, diffs, keys, and updates of a running run.
"use strict";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const figure = (value) => (value === null || value === undefined ? "none" : Number(Number(value).toPrecision(6)).toString());

async function get(address) {
  const answer = await fetch(address, { headers: { accept: "application/json" } });
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.error || answer.statusText);
  return content;
}

function say(box, text) {
  const line = document.createElement("p");
  line.className = "quiet";
  line.textContent = text;
  box.replaceChildren(line);
}

function sized(box) {
  return { width: Math.max(240, box.clientWidth), height: Math.max(160, box.clientHeight - 4) };
}

function axes(x, y) {
  const one = { stroke: colour("quiet"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line") } };
  return [{ ...one, label: x, labelSize: 22 }, { ...one, label: y, labelSize: 22, size: 64 }];
}

function drawn(box, options, data) {
  box.replaceChildren();
  const plot = new uPlot({ ...sized(box), legend: { show: false }, cursor: { y: false }, ...options }, data, box);
  new ResizeObserver(() => plot.setSize(sized(box))).observe(box);
  return plot;
}

// A dot for each value, and no line between them.
const dots = (name, size) => ({
  label: name, paths: () => null, width: 0,
  points: { show: true, size, fill: colour(name), stroke: colour(name) },
});

async function drawSeries(box) {
  const series = await get(box.dataset.series);
  if (!series.points.length) return say(box, "No variant has a score yet.");
  const places = [...new Set([...series.points, ...series.best].map((point) => point[0]))].sort((a, b) => a - b);
  const at = new Map(places.map((place, number) => [place, number]));
  const column = () => new Array(places.length).fill(null);
  const [valid, accepted, champion, best] = [column(), column(), column(), column()];
  const low = column(), high = column();
  for (const [attempt, score, status] of series.points) {
    const into = status === "champion" ? champion : status === "accepted" ? accepted : valid;
    into[at.get(attempt)] = score;
  }
  let top = null, next = 0;
  for (const [number, place] of places.entries()) {
    while (next < series.best.length && series.best[next][0] <= place) top = series.best[next++][1];
    best[number] = top;
  }
  for (const one of series.leaders) {
    if (one.interval && at.has(one.attempt)) {
      low[at.get(one.attempt)] = one.interval.low;
      high[at.get(one.attempt)] = one.interval.high;
    }
  }
  const whiskers = (plot) => {
    const pen = plot.ctx;
    pen.save();
    pen.lineWidth = 2 * devicePixelRatio;
    for (const [number, bottom] of low.entries()) {
      if (bottom === null) continue;
      pen.strokeStyle = colour(champion[number] === null ? "accepted" : "champion");
      const x = plot.valToPos(places[number], "x", true);
      const [from, to] = [plot.valToPos(bottom, "y", true), plot.valToPos(high[number], "y", true)];
      pen.beginPath();
      pen.moveTo(x, from);
      pen.lineTo(x, to);
      for (const end of [from, to]) {
        pen.moveTo(x - 4 * devicePixelRatio, end);
        pen.lineTo(x + 4 * devicePixelRatio, end);
      }
      pen.stroke();
    }
    pen.restore();
  };
  // Scores far worse than the rest would squeeze everything else into one line.
  const seen = series.points.map((point) => point[1]).concat(low, high).filter((value) => value !== null).sort((a, b) => a - b);
  const cut = Math.floor(seen.length * 0.1);
  const least = series.direction === "min" ? seen[0] : seen[cut];
  const most = series.direction === "min" ? seen[seen.length - 1 - cut] : seen[seen.length - 1];
  const room = (most - least || Math.abs(most) || 1) * 0.08;
  drawn(box, {
    axes: axes("attempt", series.metric.replaceAll("_", " ")),
    scales: { x: { time: false }, y: { range: [least - room, most + room] } },
    hooks: { draw: [whiskers] },
    series: [
      {}, dots("valid", 4), dots("accepted", 7), dots("champion", 9),
      { label: "best", stroke: colour("link"), width: 2, paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } },
      { show: false }, { show: false },
    ],
  }, [places, valid, accepted, champion, best, low, high]);
  listLeaders(document.getElementById("leaders"), series);
}

function listLeaders(box, series) {
  if (!box) return;
  if (!series.leaders.length) return say(box, "Nothing was accepted yet.");
  const span = (one) => (one ? `${figure(one.mean)} [${figure(one.low)}, ${figure(one.high)}]` : "not measured");
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const name of ["Accepted", "Attempt", "Status", "Search cases", "Held-out cases"]) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = name;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const one of series.leaders.slice(-12).reverse()) {
    const row = body.insertRow();
    const link = document.createElement("a");
    link.href = `/variants/${encodeURIComponent(one.id)}`;
    link.textContent = one.id;
    row.insertCell().append(link);
    for (const text of [one.attempt, one.status, span(one.interval), span(one.held_out)]) row.insertCell().textContent = text;
  }
  box.replaceChildren(table);
}

async function drawPareto(box) {
  const tradeOffs = await get(box.dataset.pareto);
  if (!tradeOffs.points.length) return say(box, "No variant has both metrics.");
  const points = tradeOffs.points.slice().sort((a, b) => a[0] - b[0]);
  const part = (front) => points.map((point) => (point[4] === front ? point[1] : null));
  drawn(box, {
    axes: axes(tradeOffs.x.replaceAll("_", " "), tradeOffs.y.replaceAll("_", " ")),
    scales: { x: { time: false } },
    series: [{}, dots("valid", 5), dots("champion", 9)],
  }, [points.map((point) => point[0]), part(0), part(1)]);
}

async function drawSamples(box) {
  const samples = await get(box.dataset.samples);
  const [name, one] = Object.entries(samples.metrics)[0] || [];
  if (!name) return box.remove();
  const places = one.mine.map((_, number) => number);
  const mean = one.mine.reduce((sum, value) => sum + value, 0) / one.mine.length;
  drawn(box, {
    axes: axes("case, problem or repeat", name.replaceAll("_", " ")),
    scales: { x: { time: false } },
    series: [{}, dots("valid", 6), dots("champion", 7), { stroke: colour("link"), width: 1, dash: [5, 5], points: { show: false } }],
  }, [places, one.theirs || places.map(() => null), one.mine, places.map(() => mean)]);
}

async function drawGraph(box) {
  const lineage = await get(box.dataset.graph);
  const size = (node) => 22 + Math.min(26, 5 * Math.log2(1 + node.data("children")));
  const graph = cytoscape({
    container: box,
    elements: [],
    style: [
      { selector: "node", style: {
        label: "data(text)", "text-valign": "bottom", "text-margin-y": 4, "font-size": 11, color: colour("ink"), "text-wrap": "wrap",
        width: size, height: size, "background-color": (node) => colour(["accepted", "champion", "refused", "failed"].includes(node.data("status")) ? node.data("status") : "valid"),
      } },
      { selector: "edge", style: { width: 1.5, "line-color": colour("line"), "target-arrow-color": colour("quiet"), "target-arrow-shape": "triangle", "arrow-scale": 0.8, "curve-style": "bezier" } },
      { selector: "node:selected", style: { "border-width": 3, "border-color": colour("focus") } },
    ],
  });
  const put = (more) => {
    for (const node of more.nodes) {
      if (graph.getElementById(node.id).length) continue;
      const rest = node.more > 0 ? ` +${node.more}` : "";
      graph.add({ data: { ...node, text: `${node.label}${rest}\n${figure(node.score)}`, shown: 0 } });
    }
    for (const edge of more.edges) {
      const id = `${edge.source}-${edge.target}`;
      if (!graph.getElementById(id).length && graph.getElementById(edge.source).length) graph.add({ data: { id, ...edge } });
    }
    graph.layout({ name: "breadthfirst", directed: true, spacingFactor: 1.6, padding: 30, animate: false }).run();
  };
  put(lineage);
  graph.on("tap", "node", async (event) => {
    const node = event.target;
    if (node.data("more") <= 0) return;
    const more = await get(`/api/variants/${node.id()}/children?offset=${node.data("shown")}`);
    node.data("shown", node.data("shown") + more.nodes.length);
    put(more);
    const left = more.next === null ? 0 : more.total - node.data("shown");
    node.data({ more: left, text: `${node.data("label")}${left ? ` +${left}` : ""}\n${figure(node.data("score"))}` });
  });
  graph.on("dbltap", "node", (event) => location.assign(`/variants/${event.target.id()}`));
}

let diff = null;
function showDiff(box, beside) {
  if (!diff) return say(box, "Nothing differs.");
  box.innerHTML = Diff2Html.html(diff, { drawFileList: false, matching: "lines", outputFormat: beside ? "side-by-side" : "line-by-line", diffMaxChanges: 20000 });
  for (const table of all("table", box)) table.setAttribute("aria-label", "Changed lines");
  for (const part of all(".d2h-file-diff, .d2h-file-side-diff", box)) part.tabIndex = 0;
}

async function drawDiff(box) {
  diff = (await get(box.dataset.diff)).diff;
  const button = document.getElementById("layout");
  let beside = localStorage.getItem("layout") === "beside" && innerWidth > 700;
  const show = () => {
    button?.setAttribute("aria-pressed", String(beside));
    showDiff(box, beside);
  };
  button?.addEventListener("click", () => {
    beside = !beside;
    localStorage.setItem("layout", beside ? "beside" : "unified");
    show();
  });
  show();
}

// Updates of a run: fetch the head of its page again, and the plot every few seconds at most.
function follow(head) {
  const source = new EventSource(head.dataset.live);
  let first = true, due = null;
  source.addEventListener("run", async (event) => {
    const now = JSON.parse(event.data);
    if (first) { first = false; return; }
    const answer = await fetch(head.dataset.head);
    if (answer.ok) {
      head.innerHTML = await answer.text();
      head.dataset.state = now.state;
    }
    due ??= setTimeout(() => {
      due = null;
      for (const box of all("[data-series]")) attempt(drawSeries, box);
    }, 3000);
    if (["finished", "paused", "dead"].includes(now.state)) source.close();
  });
}

function attempt(draw, box) {
  draw(box).catch((error) => say(box, `Not shown: ${error.message}`));
}

// A key for each link, button or field with `data-key`; off while somebody types.
document.addEventListener("keydown", (event) => {
  const writes = event.target.closest("input, select, textarea, [contenteditable]");
  if (writes || event.ctrlKey || event.metaKey || event.altKey) return;
  const wanted = all("[data-key]").find((one) => one.dataset.key === event.key);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("input")) wanted.focus();
  else wanted.click();
});

for (const [name, draw] of Object.entries({ series: drawSeries, pareto: drawPareto, samples: drawSamples, graph: drawGraph, diff: drawDiff })) {
  for (const box of all(`[data-${name}]`)) attempt(draw, box);
}
for (const head of all("[data-live]")) if (head.dataset.state === "running") follow(head);
