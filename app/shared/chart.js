/*
 * A small line chart, in SVG so that the theme's colours are its own. Knows nothing of what it shows.
 */
/* global make */

const CHART = { width: 320, height: 176, left: 48, right: 8, top: 8, bottom: 22 };

function makeSvg(tag, attributes = {}, words = "") {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.textContent = words;
  return node;
}

/**
 * Make a chart of `series`, {name, values, colour} each, whose first value stands at `first` of the
 * `unit` that runs across.
 * `range` is what the height shows; what lies beyond is drawn at the edge. `mark(x)` of what is
 * returned moves the marker, `read(clientX)` tells the x under a pointer; `node` is the figure.
 */
function makeChart({ title, series, first, unit, range }) {
  const values = series.flatMap((one) => one.values);
  const [low, high] = spread(range ?? [Math.min(...values), Math.max(...values)]);
  const last = first + Math.max(...series.map((one) => one.values.length)) - 1;
  const scale = { low, high, first, last, unit };
  const svg = makeSvg("svg", { viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: "img" });
  svg.ariaLabel = `${title}: ${series.map(describeSeries).join("; ")}`;
  drawFrame(svg, scale);
  const marker = makeSvg("line", { class: "chart-marker", y1: CHART.top, y2: CHART.height - CHART.bottom });
  const dot = makeSvg("circle", { class: "chart-dot", r: 5 });
  for (const { values: ys, colour } of series) {
    const points = ys.map((y, i) => `${placeX(first + i, scale)},${placeY(y, scale)}`);
    svg.append(makeSvg("polyline", { class: "chart-line", points: points.join(" "), stroke: colour }));
  }
  const mark = (x) => {
    svg.append(marker, dot);
    const middle = placeX(x, scale);
    marker.setAttribute("x1", middle);
    marker.setAttribute("x2", middle);
    dot.setAttribute("cx", middle);
    dot.setAttribute("cy", placeY(valueAt(series.at(-1).values, x - first), scale));
  };
  const read = (clientX) => {
    const { left, width } = svg.getBoundingClientRect();
    return readX(((clientX - left) / width) * CHART.width, scale);
  };
  return { node: wrapChart(title, svg, series), mark, read };
}

function wrapChart(title, svg, series) {
  const figure = make("figure", "chart");
  const caption = make("figcaption");
  caption.append(make("b", "", title));
  if (series.length > 1) caption.append(...series.map(makeKey));
  figure.append(caption, svg);
  return figure;
}

function makeKey({ name, colour }) {
  const key = make("span", "chart-key", name);
  key.style.setProperty("--key", colour);
  return key;
}

function describeSeries({ name, values }) {
  return `${name} from ${formatValue(values[0])} to ${formatValue(values.at(-1))}`;
}

/** A flat line gets a frame of some height, too. */
function spread([low, high]) {
  const margin = high > low ? 0.04 * (high - low) : Math.max(0.5, Math.abs(0.01 * high));
  return [low - margin, high + margin];
}

function valueAt(values, position) {
  const before = Math.max(0, Math.min(Math.floor(position), values.length - 1));
  const after = Math.min(before + 1, values.length - 1);
  return values[before] + (values[after] - values[before]) * (position - before);
}

function placeX(x, { first, last }) {
  const share = last > first ? (x - first) / (last - first) : 0.5;
  return CHART.left + share * (CHART.width - CHART.left - CHART.right);
}

/** The x that stands at a place of the chart; at most the last, at least the first. */
function readX(place, { first, last }) {
  const share = (place - CHART.left) / (CHART.width - CHART.left - CHART.right);
  return first + Math.min(1, Math.max(0, share)) * (last - first);
}

function placeY(y, { low, high }) {
  const share = Math.min(1, Math.max(0, (y - low) / (high - low)));
  return CHART.height - CHART.bottom - share * (CHART.height - CHART.top - CHART.bottom);
}

/** Round values, two to five of them. */
function chooseTicks({ low, high }) {
  const size = 10 ** Math.floor(Math.log10(high - low));
  const step = [0.2, 0.5, 1, 2].map((part) => part * size).find((one) => (high - low) / one < 5);
  const lowest = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - lowest + 1 }, (_, i) => (lowest + i) * step);
}

/** Four significant digits, as many as fit beside the frame. */
function formatValue(value) {
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

function drawFrame(svg, scale) {
  for (const value of chooseTicks(scale)) {
    const y = placeY(value, scale);
    svg.append(makeSvg("line", { class: "chart-grid", x1: CHART.left, x2: CHART.width - CHART.right, y1: y, y2: y }));
    svg.append(makeSvg("text", { x: CHART.left - 6, y: y + 4, "text-anchor": "end" }, formatValue(value)));
  }
  const bottom = CHART.height - 4;
  const middle = (CHART.left + CHART.width - CHART.right) / 2;
  svg.append(makeSvg("text", { x: CHART.left, y: bottom }, String(scale.first)));
  svg.append(makeSvg("text", { x: middle, y: bottom, "text-anchor": "middle" }, scale.unit));
  svg.append(makeSvg("text", { x: CHART.width - CHART.right, y: bottom, "text-anchor": "end" }, String(scale.last)));
}
