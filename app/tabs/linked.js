/*
 * A link to a muddle opens its tab: the tab's own script runs only once it is open. Gradio runs
 * this as a function's body, and may do so before the tabs are there.
 */

/** Open the tab that the address asks for; tell whether nothing is left to be done. */
function openLinkedTab() {
  if (!location.hash.startsWith("#muddle=")) return true;
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const tab = tabs.find((one) => one.checkVisibility() && one.textContent.trim() === "Muddle");
  tab?.click();
  return tab !== undefined;
}

if (!openLinkedTab()) {
  const observer = new MutationObserver(() => openLinkedTab() && observer.disconnect());
  observer.observe(document.body, { childList: true, subtree: true });
}
addEventListener("hashchange", openLinkedTab);
