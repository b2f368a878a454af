/*
 * What is on its way from the hub, or went wrong on it, for those who look: asked again as long as
 * something is under way.
 */
/* global element, props, server, find, make */

const SUPPLY_MS = 3000;
const RETRY_MS = 30_000; // what failed may be tried again, some minutes later
let supplyTimer = null;

async function watchSupply() {
  clearTimeout(supplyTimer);
  if (element.offsetParent === null) return; // asked when the tab is seen again
  const supply = await server.describe_supply(null);
  if (supply) showSupply(supply);
  if (!supply || supply.isPending) supplyTimer = setTimeout(watchSupply, SUPPLY_MS);
  else if (supply.words.length > 0) supplyTimer = setTimeout(watchSupply, RETRY_MS);
}

function showSupply({ words, shown }) {
  const lines = words.map((line) => make("p", "", line));
  if (shown.join() !== props.state.join()) {
    const line = make("p");
    line.append(make("span", "", "Other weights are here now; this page still shows the earlier ones."));
    const button = Object.assign(make("button", "tool", "Reload the page"), { type: "button" });
    button.addEventListener("click", () => location.reload());
    line.append(button);
    lines.unshift(line);
  }
  const node = find("about-supply");
  const said = lines.map((line) => line.textContent).join("");
  if (node.textContent !== said) node.replaceChildren(...lines); // no word is spoken twice
  node.hidden = !said;
}
