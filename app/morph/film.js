/*
 * A film: the frames of every digit place side by side, in the order in which they are played, and
 * how to paint one of them. Knows nothing of time, of the page or of the server.
 */
/* global PICTURE_SIDE */

const N_PIXELS = PICTURE_SIDE ** 2;
const HOLD_S = 0.5; // that a saved file stays at either end, too

/** The digits of two numbers, units below units: [start, end] of each place, null where none is. */
function pairDigits(starts, ends) {
  const length = Math.max(starts.length, ends.length);
  const pad = (digits) => [...Array(length - digits.length).fill(null), ...digits];
  const [padded, others] = [pad(starts), pad(ends)];
  return padded.map((start, place) => [start, others[place]]);
}

/** The frames in the order of play, there and perhaps back, held at either end. */
function orderFrames(nFrames, fps, returns) {
  const there = Array.from({ length: nFrames }, (_, frame) => frame);
  const back = returns ? there.slice(1, -1).reverse() : [];
  const hold = Math.max(1, Math.round(HOLD_S * fps));
  const isEnd = (frame) => frame === 0 || frame === nFrames - 1;
  return [...there, ...back].flatMap((frame) => Array(isEnd(frame) ? hold : 1).fill(frame));
}

/** The colours from paper to ink, of 256 levels: [r, g, b] each, as a saved file has them. */
function makeRamp(paper, ink) {
  const [from, to] = [paper, ink].map((code) =>
    [1, 3, 5].map((i) => parseInt(code.slice(i, i + 2), 16)),
  );
  return Array.from({ length: 256 }, (_, level) =>
    from.map((value, channel) => Math.round(value + ((to[channel] - value) * level) / 255)),
  );
}

/** Paint a frame of places, each an array of all its frames' bytes, side by side. */
function paintFrame(canvas, places, frame, ramp) {
  const width = places.length * PICTURE_SIDE;
  if (canvas.width !== width) canvas.width = width;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, PICTURE_SIDE);
  places.forEach((bytes, place) => {
    for (let i = 0; i < N_PIXELS; i += 1) {
      const at = Math.floor(i / PICTURE_SIDE) * width + place * PICTURE_SIDE + (i % PICTURE_SIDE);
      image.data.set(ramp[bytes[frame * N_PIXELS + i]], 4 * at);
      image.data[4 * at + 3] = 255;
    }
  });
  context.putImageData(image, 0, 0);
}
