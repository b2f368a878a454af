/*
 * Which part of a map is seen: from its places to pixels of the screen and back. Knows nothing of
 * what is drawn.
 */

const LEAST_ZOOM = 0.85;
const MOST_ZOOM = 40;

class View {
  width = 1; // CSS pixels
  height = 1;
  zoom = 1; // 1 shows the whole map
  #square = [0, 0, 1]; // its least x and y, and its side
  #x = 0.5; // the place in the middle
  #y = 0.5;

  /** Pixels of one unit of the map. */
  get scale() {
    return (this.zoom * Math.min(this.width, this.height)) / this.#square[2];
  }

  /** Show another map, all of it. */
  open(square) {
    this.#square = square;
    this.reset();
  }

  reset() {
    const [x, y, side] = this.#square;
    [this.#x, this.#y, this.zoom] = [x + side / 2, y + side / 2, 1];
  }

  toScreen([x, y]) {
    const { scale } = this;
    return [this.width / 2 + (x - this.#x) * scale, this.height / 2 - (y - this.#y) * scale];
  }

  toPlace([px, py]) {
    const { scale } = this;
    return [this.#x + (px - this.width / 2) / scale, this.#y - (py - this.height / 2) / scale];
  }

  /** Zoom; what is at a point of the screen stays there. */
  zoomAt(point, factor) {
    const before = this.toPlace(point);
    this.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, this.zoom * factor));
    const after = this.toPlace(point);
    this.#moveTo(this.#x + before[0] - after[0], this.#y + before[1] - after[1]);
  }

  /** Move what is seen by pixels. */
  pan(dx, dy) {
    this.#moveTo(this.#x - dx / this.scale, this.#y + dy / this.scale);
  }

  /** Move no more than it takes to see a place, with some room about it. */
  reveal(place) {
    const [px, py] = this.toScreen(place);
    const into = (at, size) => Math.min(Math.max(at, size / 10), size - size / 10) - at;
    this.pan(into(px, this.width), into(py, this.height));
  }

  /** The nearest place that belongs to the map. */
  clamp([x, y]) {
    const [left, low, side] = this.#square;
    const into = (at, start) => Math.min(Math.max(at, start), start + side);
    return [into(x, left), into(y, low)];
  }

  #moveTo(x, y) {
    [this.#x, this.#y] = this.clamp([x, y]);
  }
}
