/*
 * A link to what a tab shows opens that tab: the tab's own script runs only once it is open. Gradio
 * runs this as a function's body, and may do so before the tabs are there.
 */

const LINKED_TABS = { "#muddle=": "Muddle", "#morph=": "Morph", "#explore=": "Explore" }; // by how their links begin

/** Open the tab that the address asks for; tell whether nothing is left to be done. */
function openLinkedTab() {
  const [, name] = Object.entries(LINKED_TABS).find(([start]) => location.hash.startsWith(start)) ?? [];
  if (!name) return true;
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const tab = tabs.find((one) => one.checkVisibility() && one.textContent.trim() === name);
  tab?.click();
  return tab !== undefined;
}

if (!openLinkedTab()) {
  const observer = new MutationObserver(() => openLinkedTab() && observer.disconnect());
  observer.observe(document.body, { childList: true, subtree: true });
}
addEventListener("hashchange", openLinkedTab);
