// Tells the server which result was opened and which one helped.

import { region, remember } from "./results.js";

const FEEDBACK = "/v1/feedback";

function about(element) {
  const query = element.closest("[data-query]")?.dataset.query;
  const result = element.closest("[data-result]")?.dataset.result;
  return query && result ? { query_id: query, result_id: result } : null;
}

function tellOpened(event) {
  const link = event.target.closest?.("[data-result] a[href]");
  const told = link && event.button < 2 && about(link);
  if (!told) return;
  navigator.sendBeacon(FEEDBACK, new Blob([JSON.stringify({ ...told, clicked: true })], { type: "application/json" }));
}

/** A judgement: kept only for a query that the server remembers, so one that was only typed is told first. */
async function judge(button) {
  const send = () =>
    fetch(FEEDBACK, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...about(button), relevant: button.value === "true" }),
    });
  let answer = await send();
  if (answer.status === 422) {
    await remember();
    answer = await send();
  }
  const both = button.parentElement.querySelectorAll("button");
  for (const each of both) each.setAttribute("aria-pressed", String(answer.ok && each === button));
  const said = answer.ok ? "Thank you" : "This could not be kept";
  document.querySelector("#announcer").textContent = said;
}

export function listenForFeedback() {
  region.addEventListener("click", tellOpened);
  region.addEventListener("auxclick", tellOpened);
  region.addEventListener("click", (event) => {
    const button = event.target.closest(".thumb");
    if (button) judge(button);
  });
}
