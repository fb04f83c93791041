// Shows results without loading the page anew; what was open, focused or scrolled stays so.

export const form = document.querySelector("#search");
export const box = document.querySelector("#q");
export const region = document.querySelector("#main");

const SKELETON_AFTER = 250; // milliseconds of waiting before something is shown in the results' place
const announcer = document.querySelector("#announcer");

let running = null;

/** The address that a form, as it stands, leads to. */
export function addressOf(filled) {
  const parameters = new URLSearchParams();
  for (const [name, value] of new FormData(filled)) if (value.trim()) parameters.append(name, value);
  return parameters.size ? `/?${parameters}` : "/";
}

/**
 * Show what is at `address`; false when something newer was asked for meanwhile.
 *
 * `entry`: "push" or "replace" in the history, or null when we came back to it. `isTyped`: it comes from the box,
 * which may say more by now. `isMeant`: answer and remember it, not only search while someone types. `focus`:
 * where the focus goes, "" for the results, null for nowhere.
 */
export async function show(
  address,
  { entry = "push", isTyped = false, isMeant = true, focus = null, scroll = 0 } = {},
) {
  running?.abort();
  const request = (running = new AbortController());
  region.setAttribute("aria-busy", "true");
  const waiting = setTimeout(showSkeleton, SKELETON_AFTER);
  let content;
  try {
    content = await load(address, isMeant, request.signal);
  } catch (error) {
    if (request.signal.aborted) return false;
    content = failure(error, address);
  } finally {
    clearTimeout(waiting);
    if (running === request) region.removeAttribute("aria-busy");
  }
  if (!content) return false;
  const shown = content.querySelector("[data-address]")?.dataset.address ?? address;
  if (entry === "push") history.replaceState({ scroll: window.scrollY }, "");
  if (entry) history[`${entry}State`](null, "", shown);
  replace(content, focus);
  settle(shown, isTyped, scroll);
  region.dispatchEvent(new Event("shown"));
  return true;
}

/** Tell the server that what is shown was meant, so that it counts and clicks can be told of it. */
export async function remember() {
  const shown = region.querySelector("[data-query]");
  if (!shown) return;
  const answer = await fetch(`/results${location.search}`);
  shown.dataset.query = answer.headers.get("query-id") ?? shown.dataset.query;
}

async function load(address, isMeant, signal) {
  const query = address.slice(1);
  const url = `/results${query}${isMeant ? "" : (query ? "&" : "?") + "typing=true"}`;
  const answer = await fetch(url, { signal, headers: { accept: "text/html, application/problem+json" } });
  if (answer.status === 401) return location.assign(address); // the sign-in has ended: the page begins it anew
  const part = document.createElement("template");
  part.innerHTML = await answer.text(); // our own server's markup, in which all text is escaped
  if (!part.content.querySelector("[data-status]")) throw new Error(`the answer was ${answer.status}`);
  return part.content;
}

function replace(content, focus) {
  const open = new Set([...region.querySelectorAll("details[open][data-keep]")].map((each) => each.dataset.keep));
  const sheet = region.querySelector("#filters");
  const sheetState = sheet && { isOpen: sheet.matches(":popover-open"), scroll: sheet.scrollTop };
  region.replaceChildren(content);
  for (const each of region.querySelectorAll("details[data-keep]")) each.open = open.has(each.dataset.keep);
  const filters = region.querySelector("#filters");
  if (filters && sheetState) {
    filters.classList.toggle("still", sheetState.isOpen);
    if (sheetState.isOpen) filters.showPopover();
    filters.scrollTop = sheetState.scroll;
  }
  if (focus === null) return;
  const target = focus && region.querySelector(`[data-focus="${CSS.escape(focus)}"]`);
  (target || region).focus({ preventScroll: true });
}

/** Bring everything outside the results in line with them. */
function settle(address, isTyped, scroll) {
  const parameters = new URLSearchParams(address.slice(2));
  const text = parameters.get("q") ?? "";
  if (!isTyped) box.value = text;
  document.title = text ? `${text} · Sitelore` : "Sitelore";
  for (const field of form.querySelectorAll("input[type=hidden]")) field.remove();
  for (const [name, value] of parameters) {
    if (name !== "q" && name !== "cursor") form.append(hiddenField(name, value));
  }
  announcer.textContent = region.querySelector("[data-status]")?.dataset.status ?? "";
  window.scrollTo({ top: scroll, behavior: "instant" });
}

function hiddenField(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

function showSkeleton() {
  if (region.querySelector(".results")) return; // the former results, dimmed, are calmer
  region.innerHTML = `<h1 class="hidden">Searching …</h1><div class="skeleton"><div></div><div></div><div></div></div>`;
}

function failure(error, address) {
  const part = document.createElement("template");
  part.innerHTML = `<section class="state" data-status="The search service cannot be reached" data-retry>
    <h1>The search service cannot be reached</h1><p></p><p><a class="button">Try again</a></p></section>`;
  part.content.querySelector("p").textContent = `It may be starting anew, or the network is down. (${error.message})`;
  part.content.querySelector("a").setAttribute("href", address === "/" ? "/?" : address);
  return part.content;
}
