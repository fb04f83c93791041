// Search as you type, history and keys. Without this file the page works by links and its form.

const form = document.querySelector("#search");
const box = document.querySelector("#q");
const region = document.querySelector("#main");
const announcer = document.querySelector("#announcer");

const TYPING_PAUSE = 150; // milliseconds without a key before a search is made
const SKELETON_AFTER = 250; // milliseconds of waiting before something is shown in the results' place

let running = null;
let pause = 0;

/** The address that the form, as it stands, leads to. */
function addressOfForm() {
  const parameters = new URLSearchParams(new FormData(form));
  if (!box.value.trim()) parameters.delete("q");
  const query = parameters.toString();
  return query ? `/?${query}` : "/";
}

/** Show what is at `address`. `history` is "push", "replace" or null (we came back to it). */
async function show(address, { history: entry = "push", typing = false, focus = false } = {}) {
  clearTimeout(pause);
  running?.abort();
  const request = (running = new AbortController());
  const query = address.slice(1);
  region.setAttribute("aria-busy", "true");
  const waiting = setTimeout(showSkeleton, SKELETON_AFTER);
  try {
    const url = `/results${query}${typing ? (query ? "&" : "?") + "typing=true" : ""}`;
    const answer = await fetch(url, { signal: request.signal, headers: { accept: "text/html, application/problem+json" } });
    if (answer.status === 401) return location.assign(address); // the sign-in has ended: the page begins it anew
    region.innerHTML = await answer.text(); // our own server's markup, in which all text is escaped
  } catch (error) {
    if (request.signal.aborted) return;
    showFailure(error);
  } finally {
    clearTimeout(waiting);
    if (running === request) region.removeAttribute("aria-busy");
  }
  if (entry === "push") history.pushState(null, "", address);
  if (entry === "replace") history.replaceState(null, "", address);
  settle(address, typing, focus);
}

/** Bring everything outside the results in line with them. */
function settle(address, typing, focus) {
  const parameters = new URLSearchParams(address.slice(2));
  const text = parameters.get("q") ?? "";
  if (!typing) box.value = text;
  document.title = text ? `${text} · Sitelore` : "Sitelore";
  for (const field of form.querySelectorAll("input[type=hidden]")) field.remove();
  for (const [name, value] of parameters) {
    if (name.startsWith("f.") || name === "sort") form.append(hiddenField(name, value));
  }
  announcer.textContent = region.querySelector("[data-status]")?.dataset.status ?? "";
  if (!typing) window.scrollTo({ top: 0, behavior: "instant" });
  if (focus) region.focus({ preventScroll: true });
}

function hiddenField(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

function showSkeleton() {
  if (region.querySelector(".results")) return; // the former results, dimmed, are calmer
  const skeleton = document.createElement("div");
  skeleton.className = "skeleton";
  skeleton.append(...Array.from({ length: 3 }, () => document.createElement("div")));
  region.replaceChildren(skeleton);
}

function showFailure(error) {
  const state = document.createElement("section");
  state.className = "state";
  state.dataset.status = "The search service cannot be reached";
  const title = Object.assign(document.createElement("h1"), { textContent: state.dataset.status });
  const detail = Object.assign(document.createElement("p"), { textContent: `Try again in a moment. (${error.message})` });
  state.append(title, detail);
  region.replaceChildren(state);
}

box.addEventListener("input", () => {
  clearTimeout(pause);
  const length = box.value.trim().length;
  if (length === 1) return;
  const entry = location.search ? "replace" : "push";
  pause = setTimeout(() => show(addressOfForm(), { history: entry, typing: true }), TYPING_PAUSE);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const address = addressOfForm();
  show(address, { history: address === location.pathname + location.search ? "replace" : "push" });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='/?']");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link.getAttribute("href"), { focus: true });
});

const keys = document.querySelector("#keys");
const showKeys = document.querySelector("#show-keys");
showKeys.hidden = false;
showKeys.addEventListener("click", () => keys.showModal());

window.addEventListener("popstate", () => show(location.pathname + location.search, { history: null }));

/** Move the focus by `step` results from where it is; before the first one is the box. */
function move(step) {
  const titles = [...region.querySelectorAll("a.title")];
  const current = titles.indexOf(document.activeElement?.closest(".result")?.querySelector("a.title"));
  const next = current + step;
  if (next < 0) box.focus();
  else titles[Math.min(next, titles.length - 1)]?.focus();
}

const KEYS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const inBox = document.activeElement === box;
  const inResults = document.activeElement?.closest?.(".result, body > main");
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?" && !inBox) {
    keys.showModal();
  } else if (event.key === "/" && !inBox) {
    box.focus();
    box.select();
  } else if (event.key === "Escape" && (inBox || inResults)) {
    if (inBox && box.value) {
      box.value = "";
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    box.focus();
  } else if (event.key in KEYS && (inBox ? event.key === "ArrowDown" : inResults)) {
    move(KEYS[event.key]);
  } else {
    return;
  }
  event.preventDefault();
});
