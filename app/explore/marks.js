/*
 * What moves over the map, on a canvas of its own: the probe, the pins, the visitor's drawing, and
 * where the sliders have led. And the map's legend.
 */
/* global find, make, view, map, palette, theme, colourOf, chosen, sight, pins, isPlaced, own, sliding */

const marksCanvas = find("map-marks");
const marks = marksCanvas.getContext("2d");
let marksFrame = null;

function refreshMarks() {
  marksFrame ??= requestAnimationFrame(() => {
    marksFrame = null;
    paintMarks();
  });
}

function paintMarks() {
  marks.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  marks.clearRect(0, 0, view.width, view.height);
  if (!map) return;
  const { ink, paper } = theme;
  if (pins.length === 2 && pins.every(isPlaced)) paintLine(ink);
  if (sliding.places) paintTag(sliding.places[chosen.map], "Sliders", ink, paper);
  if (own.answer) paintTag(own.answer.places[chosen.map], own.words, ink, paper);
  if (sight.place) paintProbe(sight.place, ink, paper);
  pins.forEach((one, i) => isPlaced(one) && paintPin(one.place, i + 1));
}

function paintLine(ink) {
  marks.strokeStyle = ink;
  marks.lineWidth = 1.5;
  marks.setLineDash([6, 6]);
  marks.beginPath();
  for (const { place } of pins) marks.lineTo(...view.toScreen(place));
  marks.stroke();
  marks.setLineDash([]);
}

function paintProbe(place, ink, paper) {
  const [px, py] = view.toScreen(place);
  for (const [colour, width] of [[paper, 5], [ink, 2]]) {
    marks.strokeStyle = colour;
    marks.lineWidth = width;
    marks.beginPath();
    marks.arc(px, py, 9, 0, 2 * Math.PI);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      marks.moveTo(px + 9 * dx, py + 9 * dy);
      marks.lineTo(px + 15 * dx, py + 15 * dy);
    }
    marks.stroke();
  }
}

function paintPin(place, number) {
  const [px, py] = view.toScreen(place);
  marks.beginPath();
  marks.arc(px, py, 12, 0, 2 * Math.PI);
  marks.fillStyle = theme.pin;
  marks.fill();
  marks.strokeStyle = theme.paper;
  marks.lineWidth = 2.5;
  marks.stroke();
  setFont("700 14px");
  marks.fillStyle = theme.onPin;
  marks.fillText(number, px, py + 1);
}

/** A point with words in a box above it. */
function paintTag(place, words, ink, paper) {
  const [px, py] = view.toScreen(place);
  setFont("600 14px");
  const half = marks.measureText(words).width / 2 + 8;
  const middle = Math.min(Math.max(px, half + 2), view.width - half - 2);
  const top = py < 40 ? py + 12 : py - 36;
  marks.fillStyle = ink;
  marks.strokeStyle = paper;
  marks.lineWidth = 2.5;
  marks.beginPath();
  marks.arc(px, py, 6, 0, 2 * Math.PI);
  marks.roundRect(middle - half, top, 2 * half, 24, 8);
  marks.stroke();
  marks.fill();
  marks.fillStyle = paper;
  marks.fillText(words, middle, top + 13);
}

function setFont(font) {
  marks.font = `${font} system-ui, sans-serif`;
  marks.textAlign = "center";
  marks.textBaseline = "middle";
}

function showLegend() {
  const items = chosen.reader.labels.map((label) => {
    const item = make("li");
    const dot = make("span", "map-dot");
    dot.style.background = palette()[colourOf(label)];
    item.append(dot, make("span", "", label));
    return item;
  });
  find("map-legend").replaceChildren(...items);
}
