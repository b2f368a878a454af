/*
 * Paints the points and the Gaussians somewhere between two iterations: first the ellipses move
 * (M-step), then the colours of the points (E-step).
 */
/* global props, find, chosen, decodeBytes */

const canvas = find("em-canvas");
const points = new Float32Array(decodeBytes(props.points).buffer); // x, y of each
const N_POINTS = points.length / 2;
const COLOURS = props.colours.map((hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
const { axes, bounds } = layOut();

let walk = null; // {weights, means, covariances, responsibilities: bytes, …}

/** The two latents have no order: the one that spreads more lies along the longer side. */
function layOut() {
  const [first, second] = [0, 1].map((axis) => {
    const values = points.filter((_, i) => i % 2 === axis);
    return { axis, low: Math.min(...values), high: Math.max(...values) };
  });
  const isTall = second.high - second.low > first.high - first.low;
  const bounds = isTall ? [second, first] : [first, second];
  return { axes: bounds.map(({ axis }) => axis), bounds };
}

/** Slow at both ends. */
const ease = (share) => share * share * (3 - 2 * share);
const between = (a, b, share) => a + (b - a) * share;

/** Where a position lies: two iterations, how far the M-step is, and how far the E-step. */
function locate(position) {
  const before = Math.min(Math.floor(position), walk.means.length - 1);
  const after = Math.min(before + 1, walk.means.length - 1);
  const share = position - before;
  return { before, after, m: ease(Math.min(1, 2 * share)), e: ease(Math.max(0, 2 * share - 1)) };
}

function paintScatter(position) {
  const side = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!walk || width === 0) return;
  if (canvas.width !== Math.round(width * side)) {
    Object.assign(canvas, { width: Math.round(width * side), height: Math.round(height * side) });
  }
  const context = canvas.getContext("2d");
  context.setTransform(side, 0, 0, side, 0, 0);
  context.clearRect(0, 0, width, height);
  const view = makeView(width, height);
  const place = locate(position);
  paintPoints(context, view, place);
  const gaussians = walk.means[0].map((_, k) => findGaussian(view, place, k));
  for (const one of gaussians) paintEllipses(context, one);
  for (const one of gaussians) paintMean(context, one); // over all ellipses
}

/** The same scale both ways: a circle is a circle. */
function makeView(width, height) {
  const [across, up] = bounds;
  const scale = 0.93 * Math.min(width / (across.high - across.low), height / (up.high - up.low));
  const x0 = width / 2 - (scale * (across.low + across.high)) / 2;
  const y0 = height / 2 + (scale * (up.low + up.high)) / 2;
  return { scale, x: (x) => x0 + scale * x, y: (y) => y0 - scale * y, radius: width < 480 ? 2.2 : 3 };
}

function paintPoints(context, view, { before, after, e }) {
  const k = walk.means[0].length;
  const [old, next] = [before, after].map((step) => step * N_POINTS * k);
  context.font = `600 ${view.radius * 4.4}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let n = 0; n < N_POINTS; n += 1) {
    context.fillStyle = mixColours(old + n * k, next + n * k, k, e);
    const [x, y] = [view.x(points[2 * n + axes[0]]), view.y(points[2 * n + axes[1]])];
    if (chosen.isTruth) {
      context.fillText(props.labels[n], x, y);
    } else {
      context.beginPath();
      context.arc(x, y, view.radius, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

/** The components' colours, each by its share of a point. */
function mixColours(old, next, k, share) {
  const mix = [0, 0, 0];
  for (let j = 0; j < k; j += 1) {
    const part = between(walk.responsibilities[old + j], walk.responsibilities[next + j], share) / 255;
    for (let i = 0; i < 3; i += 1) mix[i] += part * COLOURS[j][i];
  }
  return `rgb(${mix.map(Math.round).join(" ")} / 0.85)`;
}

/** Where a Gaussian stands and reaches, in pixels of the canvas, its colour and its name, if any. */
function findGaussian(view, { before, after, m }, k) {
  const value = (read) => between(read(before), read(after), m);
  const [x, y] = axes.map((i) => value((step) => walk.means[step][k][i]));
  const [a, b, c] = [[0, 0], [0, 1], [1, 1]].map(([i, j]) =>
    value((step) => walk.covariances[step][k][axes[i]][axes[j]]),
  );
  const { long, short, angle } = findAxes(a, b, c);
  const names = chosen.isTruth ? walk.naming?.names[m < 1 ? before : after] : undefined;
  return {
    x: view.x(x),
    y: view.y(y),
    long: view.scale * long,
    short: view.scale * short,
    angle: -angle, // the canvas counts down, not up
    colour: COLOURS[k],
    name: names?.[k],
  };
}

/** Half axes and direction of the ellipse of a covariance [[a, b], [b, c]]. */
function findAxes(a, b, c) {
  const middle = (a + c) / 2;
  const apart = Math.hypot((a - c) / 2, b);
  const [long, short] = [middle + apart, middle - apart].map((one) => Math.sqrt(Math.max(0, one)));
  return { long, short, angle: Math.atan2(2 * b, a - c) / 2 };
}

/** One and two standard deviations, each with an edge of paper that keeps it apart from points. */
function paintEllipses(context, { x, y, long, short, angle, colour }) {
  for (const [deviations, width] of [[2, 1.5], [1, 3]]) {
    context.beginPath();
    context.ellipse(x, y, deviations * long, deviations * short, angle, 0, 2 * Math.PI);
    for (const [style, extra] of [[readPaper(), 2], [`rgb(${colour.join(" ")})`, 0]]) {
      context.strokeStyle = style;
      context.lineWidth = width + extra;
      context.stroke();
    }
  }
}

/** The mean, with the digit that the Gaussian is named with in black or white. */
function paintMean(context, { x, y, colour, name }) {
  context.beginPath();
  context.arc(x, y, name === undefined ? 6 : 11, 0, 2 * Math.PI);
  context.fillStyle = `rgb(${colour.join(" ")})`;
  context.strokeStyle = readPaper();
  context.lineWidth = 2.5;
  context.fill();
  context.stroke();
  if (name === undefined) return;
  const [red, green, blue] = colour;
  context.fillStyle = 0.3 * red + 0.59 * green + 0.11 * blue > 120 ? "#000" : "#fff";
  context.font = "700 15px system-ui, sans-serif";
  context.fillText(name, x, y + 1);
}

const readPaper = () => getComputedStyle(canvas).backgroundColor;
