/*
 * A link to what a tab shows opens that tab: the tab's own script runs only once it is open. Gradio
 * runs this as a function's body, and may do so before the tabs are there.
 */

// By how their links begin.
const LINKED_TABS = {
  "#muddle=": "Muddle",
  "#morph=": "Morph",
  "#generate=": "Generate",
  "#explore=": "Explore",
  "#em=": "Model",
};

/** Open the tab that the address asks for; tell whether nothing is left to be done. */
function openLinkedTab() {
  const [, name] = Object.entries(LINKED_TABS).find(([start]) => location.hash.startsWith(start)) ?? [];
  if (!name) return true;
  const isMeant = (one) => one.textContent.trim() === name;
  const tabs = [...document.querySelectorAll("[role=tab]")].filter((one) => one.checkVisibility());
  // A narrow page keeps the last tabs in a menu, which is there even while it is closed.
  const rest = tabs.length > 0 ? [...document.querySelectorAll(".overflow-dropdown button")] : [];
  const tab = [...tabs, ...rest].find(isMeant);
  tab?.click();
  return tab !== undefined;
}

if (!openLinkedTab()) {
  const observer = new MutationObserver(() => openLinkedTab() && observer.disconnect());
  observer.observe(document.body, { childList: true, subtree: true });
}
addEventListener("hashchange", openLinkedTab);
