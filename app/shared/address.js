/*
 * The address of what a tab shows: "#muddle=4&…". Each tab has a beginning of its own.
 */

/** Keep the address at `hash`; an empty one takes away only what begins as this tab's does. */
function updateAddress(hash, start) {
  if (hash === location.hash || (!hash && !location.hash.startsWith(start))) return;
  history.replaceState(history.state, "", hash || location.pathname + location.search);
}

/** Copy the address; resolves to what is to be said. */
async function copyAddress() {
  try {
    await navigator.clipboard.writeText(location.href);
    return "The link is copied.";
  } catch {
    return "Copy the link from the address bar."; // no clipboard without https
  }
}
