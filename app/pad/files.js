/*
 * Picture files that are pasted or dropped on the page. Several pads may lie on it: one takes them.
 */

/** Which pad takes a file: the one under it, the one in focus, or the first that is seen. */
function isAddressed(root, event) {
  const pads = [...document.querySelectorAll(".pad")].filter((pad) => pad.offsetParent !== null);
  const within = (node) => pads.find((pad) => pad.contains(node));
  return root === (within(event.target) ?? within(document.activeElement) ?? pads[0]);
}

function isTyping() {
  return document.activeElement?.matches("input:not([type=radio]), textarea, [contenteditable]") ?? false;
}

/** Hand every file that is meant for this pad to `take(file)`. */
function receiveFiles(root, take) {
  document.addEventListener("paste", (event) => {
    const [file] = event.clipboardData.files;
    if (!file || isTyping() || !isAddressed(root, event)) return;
    event.preventDefault();
    take(file);
  });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files") || event.defaultPrevented) return;
    event.preventDefault(); // else the browser leaves the page to show the file
    root.classList.toggle("is-target", isAddressed(root, event));
  });
  document.addEventListener("dragleave", () => root.classList.remove("is-target"));
  document.addEventListener("drop", (event) => {
    const [file] = event.dataTransfer.files;
    root.classList.remove("is-target");
    if (!file || !isAddressed(root, event)) return;
    event.preventDefault();
    take(file);
  });
}
