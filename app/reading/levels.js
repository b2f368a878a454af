/*
 * Pictures and probabilities, as every part of the page shows them.
 */

const PICTURE_SIDE = 28;

/** Paint grey levels, one byte a pixel, in base64; none given: an empty frame. */
function paint(canvas, levels) {
  const context = canvas.getContext("2d");
  const picture = context.createImageData(PICTURE_SIDE, PICTURE_SIDE);
  [...atob(levels ?? "")].forEach((byte, i) => {
    const level = byte.charCodeAt(0);
    picture.data.set([level, level, level, 255], 4 * i);
  });
  context.putImageData(picture, 0, 0);
}

/** Whole percent; never a 0 or a 100 that is not one. */
function percentage(probability) {
  if (probability < 0.005) return "<1%";
  if (probability > 0.995) return ">99%";
  return `${Math.round(100 * probability)}%`;
}
