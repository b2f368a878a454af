/*
 * What has been done on a pad, and how to paint it at any size. Knows nothing of the page, the
 * pointer or the server. Positions are fractions of the side, so that a stroke looks the same on
 * every screen and in the picture that the server is sent.
 */

const LINE_WIDTH = 0.075; // of the side; a digit drawn over two thirds of the pad gets MNIST's pen
const HISTORY_LIMIT = 200;

class Drawing {
  // Oldest first: {kind: "stroke", points}, {kind: "picture", image, ink} or {kind: "clear"}.
  #steps = [];

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

  /** Show a square picture; `ink` is the colour that later strokes take. */
  putPicture({ image, ink }) {
    this.#startAfresh({ kind: "picture", image, ink });
  }

  clear() {
    if (!this.isBlank) this.#startAfresh({ kind: "clear" });
  }

  undo() {
    this.#steps.pop();
  }

  paint(context, side) {
    const steps = this.#visibleSteps();
    const picture = steps.find((step) => step.kind === "picture");
    context.fillStyle = "#000";
    context.fillRect(0, 0, side, side);
    if (picture) context.drawImage(picture.image, 0, 0, side, side);
    context.strokeStyle = picture?.ink ?? "#fff";
    context.lineWidth = LINE_WIDTH * side;
    context.lineCap = context.lineJoin = "round";
    for (const step of steps) {
      if (step.kind === "stroke") traceStroke(context, step.points, side);
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
function traceStroke(context, points, side) {
  const [startX, startY] = points[0];
  context.beginPath();
  context.moveTo(startX * side, startY * side);
  for (let i = 1; i < points.length - 1; i += 1) {
    const [x, y] = points[i];
    const [nextX, nextY] = points[i + 1];
    context.quadraticCurveTo(
      x * side,
      y * side,
      ((x + nextX) / 2) * side,
      ((y + nextY) / 2) * side,
    );
  }
  const [endX, endY] = points.at(-1);
  // A hair off the point: a line of no length would be dropped, and a tap must leave a dot.
  context.lineTo(endX * side + 0.01, endY * side);
  context.stroke();
}
