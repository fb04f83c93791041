// Keys: between the box and the results, and what they do.

import { box, region } from "./results.js";

const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

/** Move the focus by `step` results from where it is; before the first one is the box. */
function move(step) {
  const titles = [...region.querySelectorAll("a.title")].filter((title) => title.checkVisibility());
  const current = titles.indexOf(document.activeElement?.closest("[data-result]")?.querySelector("a.title"));
  const next = current + step;
  if (next < 0) box.focus();
  else titles[Math.min(next, titles.length - 1)]?.focus();
}

function clear() {
  if (document.activeElement === box && box.value) {
    box.value = "";
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  box.focus();
}

export function listenForKeys() {
  const help = document.querySelector("#keys");
  const opener = document.querySelector("#show-keys");
  opener.hidden = false;
  opener.addEventListener("click", () => {
    document.querySelector("#menu").hidePopover();
    help.showModal();
  });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    const focused = document.activeElement;
    const inBox = focused === box;
    if (!inBox && focused?.matches("input, select, textarea")) return;
    const inResults = focused === document.body || region.contains(focused);
    if (event.key === "/" && !inBox) {
      box.focus();
      box.select();
    } else if (event.key === "?" && !inBox) {
      help.showModal();
    } else if (event.key === "Escape" && (inBox || inResults) && !document.querySelector(":popover-open")) {
      clear();
    } else if (event.key in STEPS && (inBox ? event.key === "ArrowDown" : inResults)) {
      move(STEPS[event.key]);
    } else {
      return;
    }
    event.preventDefault();
  });
}
