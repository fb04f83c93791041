// Follows what goes on: a part with `data-live` is fetched again until its page says that it has ended.

const SECONDS = 2;
const announcer = document.querySelector("#announcer");

async function follow() {
  if (document.hidden) return later();
  const parts = [...document.querySelectorAll("[data-live]")];
  if (!parts.length) return;
  const fresh = await fetched();
  if (fresh) for (const part of parts) replace(part, fresh.getElementById(part.id));
  later();
}

function later() {
  setTimeout(follow, SECONDS * 1000);
}

async function fetched() {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html, application/problem+json" } });
    if (answer.status === 401 || answer.redirected) return location.reload();
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null; // the service is away for a moment
  }
}

function replace(part, fresh) {
  if (!fresh || part.isEqualNode(fresh) || used(part)) return;
  if (fresh.dataset.status !== part.dataset.status) announcer.textContent = fresh.dataset.status ?? "";
  part.replaceWith(document.adoptNode(fresh));
}

// What someone is about to press or choose stays where it is.
function used(part) {
  return part.contains(document.activeElement) && document.activeElement.matches("select, button:focus-visible");
}

if (document.querySelector("[data-live]")) later();
document.querySelector(".sections [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
