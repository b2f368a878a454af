/*
 * The confusion matrix as a table, and the digits of the cell that is chosen.
 */
/* global server, LiveAnswer, find, make, percentage, makeDigit, chosen */

const DARKEST = 0.42; // of a shade: every number stays legible on it
const LIGHTEST_ERROR = 0.35; // of that: a single error is seen
const FEW_LABELS = 5;

let cell = null; // {model, truth, answer}
const cellLive = new LiveAnswer({
  ask: () => server.show_cell(cell),
  show: showCell,
  lose: () => (find("confusion-words").textContent = "The connection is lost. Trying again…"),
});

function showConfusion({ labels, confusion }) {
  const table = find("confusion-table");
  table.toggleAttribute("data-few", labels.length <= FEW_LABELS);
  table.querySelectorAll("thead, tbody").forEach((node) => node.remove());
  const head = make("tr");
  head.append(make("td"), ...labels.map((label) => makeHeading("col", label, `read as ${label}`)));
  const top = make("thead");
  top.append(head);
  const body = make("tbody");
  body.append(...confusion.map((counts, row) => makeRow(labels, counts, row)));
  table.append(top, body);
  chooseFirst(labels, confusion);
}

function makeHeading(scope, label, words) {
  return Object.assign(make("th", "", label), { scope, ariaLabel: words });
}

function makeRow(labels, counts, row) {
  const node = make("tr");
  const total = counts.reduce((sum, count) => sum + count, 0);
  node.append(makeHeading("row", labels[row], `written ${labels[row]}`));
  node.append(
    ...counts.map((count, column) => makeCell({ truth: labels[row], answer: labels[column], count }, total)),
  );
  return node;
}

function makeCell(one, total) {
  const node = make("td", one.truth === one.answer ? "is-right" : "");
  if (one.count === 0) return Object.assign(node, { textContent: "·", ariaLabel: "none" });
  const share = one.count / total;
  // Errors are few: the root of their share still tells 1 from 5 in 200.
  const shade = one.truth === one.answer ? share ** 4 : Math.max(LIGHTEST_ERROR, Math.sqrt(share / 0.1));
  node.style.setProperty("--shade", DARKEST * Math.min(1, shade));
  const button = Object.assign(make("button", "", one.count), { type: "button" });
  button.ariaLabel = `${one.count} of ${total}: ${one.truth} read as ${one.answer}, ${percentage(share)}`;
  button.ariaPressed = "false";
  const { truth, answer } = one;
  const own = { model: chosen.reader.name, truth, answer }; // whose figures these are
  button.addEventListener("click", () => chooseCell(own, button));
  node.append(button);
  return node;
}

function chooseCell(one, button) {
  for (const other of find("confusion-table").querySelectorAll("button")) other.ariaPressed = "false";
  button.ariaPressed = "true";
  cell = one;
  cellLive.refresh();
}

/** The commonest error is looked at first; without any, the first label. */
function chooseFirst(labels, confusion) {
  const buttons = [...find("confusion-table").querySelectorAll("td:not(.is-right) button")];
  const count = (button) => Number(button.textContent);
  buttons.sort((a, b) => count(b) - count(a));
  (buttons[0] ?? find("confusion-table").querySelector("button")).click();
}

function showCell({ n, digits, error }, isNewest) {
  if (!isNewest) return;
  const { truth, answer } = cell;
  const those = `${n} of the ${truth}s`;
  const what = truth === answer ? `${those} are read rightly` : `${those} ${n === 1 ? "is" : "are"} read as ${answer}`;
  const some = n > digits?.length ? `, the ${digits.length} least sure first` : "";
  find("confusion-words").textContent = error ?? `${what}${some}.`;
  find("confusion-digits").replaceChildren(
    ...(digits ?? []).map((one) => makeDigit(one, [["span", percentage(one.confidence)]])),
  );
}
