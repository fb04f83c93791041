// The search page: search as you type, history. Without scripts it works by links and its form.

import { listenForAsking } from "./ask.js";
import { listenForFeedback } from "./feedback.js";
import { listenForKeys } from "./keys.js";
import { addressOf, box, form, region, remember, show } from "./results.js";
import { suggestWhileTyping } from "./suggestions.js";

const TYPING_PAUSE = 150; // milliseconds without a key before a search is made
const REST = 1000; // milliseconds without a key after which what stands in the box was meant
const RETRY = 3000; // milliseconds until a service that could not answer is asked again

let pause = 0;
let rest = 0;
let isTyping = false;
let isLookedAt = false;

function endTyping() {
  clearTimeout(pause);
  clearTimeout(rest);
  isTyping = false;
}

/** One entry of the history for all that is typed in one go. */
async function searchWhileTyping() {
  const entry = isTyping ? "replace" : "push";
  isTyping = true;
  isLookedAt = false;
  if (await show(addressOf(form), { entry, isTyped: true, isMeant: false })) rest = setTimeout(settleOnTyped, REST);
}

/** What stands in the box was meant: answers come, unless someone is at the results, which then must not move. */
async function settleOnTyped() {
  endTyping();
  if (isLookedAt || document.activeElement !== box) await remember();
  else await show(addressOf(form), { entry: "replace", isTyped: true });
}

for (const sign of ["pointermove", "pointerdown", "wheel"]) {
  region.addEventListener(sign, () => (isLookedAt = true), { passive: true });
}

box.addEventListener("input", () => {
  clearTimeout(pause);
  clearTimeout(rest);
  const text = box.value.trim();
  if (text.length === 1 && text < "\u0250") return; // one letter of an alphabet says nothing yet
  pause = setTimeout(searchWhileTyping, TYPING_PAUSE);
});

document.addEventListener("submit", (event) => {
  const submitted = event.target;
  if (submitted.method !== "get" || !submitted.matches("#search, .dates")) return;
  event.preventDefault();
  endTyping();
  if (submitted === form && matchMedia("(pointer: coarse)").matches) box.blur(); // the keyboard covers the results
  const address = addressOf(submitted);
  show(address, { entry: address === location.pathname + location.search ? "replace" : "push" });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='/?']");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  endTyping();
  show(link.getAttribute("href"), { focus: link.dataset.focus ?? "" });
});

window.addEventListener("popstate", (event) => {
  endTyping();
  show(location.pathname + location.search, { entry: null, scroll: event.state?.scroll ?? 0 });
});

/** While the service starts, or cannot be reached, ask again by ourselves. */
function askAgain() {
  const isWaiting = () => region.querySelector("[data-retry]");
  if (isWaiting()) setTimeout(() => isWaiting() && show(addressOf(form), { entry: null, isTyped: true }), RETRY);
}

region.addEventListener("shown", askAgain);
askAgain();
suggestWhileTyping(box, (text) => {
  box.value = text;
  form.requestSubmit();
});
listenForKeys();
listenForFeedback();
listenForAsking();
