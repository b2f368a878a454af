/*
 * Bars and saved pictures: how what the server sends is shown. Knows nothing of what is asked.
 */
/* global make, save, percentage */

const SAVED_SIDE = 448; // pixels of a saved picture

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

/** Save a picture large enough to be looked at, with smooth edges. */
function savePng(canvas, name) {
  const large = Object.assign(make("canvas"), { width: SAVED_SIDE, height: SAVED_SIDE });
  const context = large.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, SAVED_SIDE, SAVED_SIDE);
  large.toBlob((blob) => save(blob, name), "image/png");
}
