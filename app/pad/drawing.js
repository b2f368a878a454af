/*
 * What has been done on a pad, and how to paint it at any size. Knows nothing of the page, the
 * pointer or the server. Positions are fractions of the height, so that a stroke looks the same on
 * every screen and in the picture that the server is sent. A wide drawing is `aspect` times as wide.
 */

const LINE_WIDTH = 0.075; // of the height; a digit drawn over two thirds of the pad gets MNIST's pen
const HISTORY_LIMIT = 200;

class Drawing {
  // Oldest first: {kind: "stroke", points}, {kind: "picture", image, ink} or {kind: "clear"}.
  #steps = [];
  #aspect;

  constructor(aspect = 1) {
    this.#aspect = aspect;
  }

  get isBlank() {
    const [first, ...strokes] = this.#visibleSteps();
    return strokes.length === 0 && (first === undefined || first.kind === "clear");
  }

  get canUndo() {
    return this.#steps.length > 0;
  }

  beginStroke(point) {
    this.#steps.push({ kind: "stroke", points: [point] });
  }

  extendStroke(points) {
    this.#steps.at(-1).points.push(...points);
  }

  /** Show a picture of the same aspect; `ink` is the colour that later strokes take. */
  putPicture({ image, ink }) {
    this.#startAfresh({ kind: "picture", image, ink });
  }

  clear() {
    if (!this.isBlank) this.#startAfresh({ kind: "clear" });
  }

  undo() {
    this.#steps.pop();
  }

  paint(context, height) {
    const width = this.#aspect * height;
    const steps = this.#visibleSteps();
    const picture = steps.find((step) => step.kind === "picture");
    context.fillStyle = "#000";
    context.fillRect(0, 0, width, height);
    if (picture) context.drawImage(picture.image, 0, 0, width, height);
    context.strokeStyle = picture?.ink ?? "#fff";
    context.lineWidth = LINE_WIDTH * height;
    context.lineCap = context.lineJoin = "round";
    for (const step of steps) {
      if (step.kind === "stroke") traceStroke(context, step.points, height);
    }
  }

  #startAfresh(step) {
    this.#steps.push(step);
    // Nothing before this step can be seen, so the oldest steps may go without a trace.
    this.#steps.splice(0, this.#steps.length - HISTORY_LIMIT);
  }

  /** The steps that show: from the last picture or clear onwards. */
  #visibleSteps() {
    const start = this.#steps.findLastIndex((step) => step.kind !== "stroke");
    return this.#steps.slice(Math.max(start, 0));
  }
}

/** A smooth line: quadratic curves between the midpoints, with the points themselves as controls. */
function traceStroke(context, points, scale) {
  const [startX, startY] = points[0];
  context.beginPath();
  context.moveTo(startX * scale, startY * scale);
  for (let i = 1; i < points.length - 1; i += 1) {
    const [x, y] = points[i];
    const [nextX, nextY] = points[i + 1];
    context.quadraticCurveTo(
      x * scale,
      y * scale,
      ((x + nextX) / 2) * scale,
      ((y + nextY) / 2) * scale,
    );
  }
  const [endX, endY] = points.at(-1);
  // A hair off the point: a line of no length would be dropped, and a tap must leave a dot.
  context.lineTo(endX * scale + 0.01, endY * scale);
  context.stroke();
}
