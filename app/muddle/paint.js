/*
 * Elements, bars and files: how what the server sends is shown. Knows nothing of what is asked.
 */
/* global element, PICTURE_SIDE, paint, percentage */

const SAVED_SIDE = 448; // pixels of a saved picture

const find = (name) => element.querySelector(`.${name}`);

/** Make an element; `words` become its text, never its markup. */
function make(tag, className, words = "") {
  return Object.assign(document.createElement(tag), { className, textContent: words });
}

function makeCanvas(levels) {
  const canvas = Object.assign(make("canvas"), { width: PICTURE_SIDE, height: PICTURE_SIDE });
  paint(canvas, levels);
  return canvas;
}

/** What a muddle's votes come to: its two digits, and all others together. */
function countVotes(shares, { a, b }) {
  const others = Math.max(0, 1 - shares[a] - shares[b]);
  return [[a, shares[a]], [b, shares[b]], ["other", others]];
}

/** Set the three bars of an opinion; no muddle given: empty ones. */
function showBars(list, votes) {
  votes.forEach(([name, share], i) => {
    const row = list.children[i];
    row.querySelector(".opinion-digit").textContent = name;
    row.querySelector(".opinion-bar").style.transform = `scaleX(${share ?? 0})`;
    row.querySelector(".opinion-percent").textContent = share === undefined ? "" : percentage(share);
  });
}

function makeBars(list) {
  const rows = ["a", "b", "other"].map((name) => {
    const row = make("li", `opinion-row is-${name}`);
    const track = make("span", "opinion-track");
    track.ariaHidden = "true";
    track.append(make("span", "opinion-bar"));
    row.append(make("span", "opinion-digit"), track, make("span", "opinion-percent"));
    return row;
  });
  list.replaceChildren(...rows);
}

/** Let the browser save something under a name. */
function save(blob, name) {
  const link = Object.assign(make("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Save a picture large enough to be looked at, with smooth edges. */
function savePng(canvas, name) {
  const large = Object.assign(make("canvas"), { width: SAVED_SIDE, height: SAVED_SIDE });
  const context = large.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, SAVED_SIDE, SAVED_SIDE);
  large.toBlob((blob) => save(blob, name), "image/png");
}

/** Save a file that came in base64. */
function saveFile(base64, name) {
  const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
  save(new Blob([bytes]), name);
}
