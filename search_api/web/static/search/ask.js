// Written answers: asked for by a button, streamed as they are written, side by side where there are several models.

import { region } from "./results.js";

let running = null;

export function listenForAsking() {
  region.addEventListener("shown", stop); // the answer to a former question is of no use any more
  region.addEventListener("click", ({ target }) => {
    const panel = target.closest(".ask");
    if (panel && target.closest(".write")) write(panel);
  });
}

function stop() {
  running?.abort();
  running = null;
}

async function write(panel) {
  stop();
  const request = (running = new AbortController());
  const models = JSON.parse(panel.dataset.models);
  const columns = new Map(models.map((model) => [model, column(model, models.length > 1)]));
  panel.querySelector(".written").replaceChildren(...columns.values());
  const button = panel.querySelector(".write");
  button.disabled = true;
  try {
    const answer = await fetch("/v1/ask", {
      method: "POST",
      signal: request.signal,
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: panel.dataset.body,
    });
    if (!answer.ok) throw new Error((await answer.json()).detail);
    for await (const { event, data } of events(answer.body)) told(event, data, columns);
  } catch (error) {
    if (request.signal.aborted) return;
    for (const each of columns.values()) fail(each, error.message);
  } finally {
    button.disabled = false;
    for (const each of columns.values()) each.removeAttribute("aria-busy");
  }
}

function told(event, data, columns) {
  const place = columns.get(data.model);
  if (!place) return;
  if (event === "token") place.querySelector(".words").append(data.text);
  if (event === "citations") finish(place, data);
  if (event === "error") fail(place, data.detail);
}

/** The answer as it holds, in place of what was streamed: `[1]` leads to where it stands. */
function finish(place, { text, known, citations, error }) {
  if (error) return fail(place, error);
  const links = new Map(citations.map((each) => [String(each.number), each]));
  const parts = text.split(/\[(\d+)\]/);
  const words = parts.map((part, index) => (index % 2 ? reference(part, links.get(part)) : part));
  place.querySelector(".words").replaceChildren(...words);
  place.classList.toggle("unknown", !known);
  place.querySelector(".cited").replaceChildren(...citations.map(citation));
  place.removeAttribute("aria-busy");
}

function fail(place, detail) {
  place.querySelector(".words").replaceChildren(element("span", { className: "failed", textContent: detail }));
  place.removeAttribute("aria-busy");
}

function column(model, isNamed) {
  const place = element("article", { className: "column" });
  place.setAttribute("aria-busy", "true");
  if (isNamed) place.append(element("h3", { textContent: model }));
  const words = element("p", { className: "words", dir: "auto" });
  words.setAttribute("aria-live", "polite");
  place.append(words, element("ol", { className: "cited" }));
  return place;
}

function reference(number, cited) {
  if (!cited) return `[${number}]`;
  const link = linkTo(cited, { className: "reference", textContent: number });
  link.setAttribute("aria-label", `Source ${number}: ${cited.title}`);
  return link;
}

function citation(cited) {
  const item = element("li", { value: cited.number, dir: "auto" });
  if (cited.document_id) item.dataset.result = cited.document_id;
  item.append(linkTo(cited, { textContent: cited.title }));
  if (cited.heading) item.append(element("span", { textContent: ` ${cited.heading}` }));
  return item;
}

/** A link, or a plain word where there is no address that may be linked. */
function linkTo({ deep_link: address }, properties) {
  return address ? element("a", { href: address, ...properties }) : element("span", properties);
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

/** Server-sent events of a body (WHATWG HTML, 9.2.6), their data as JSON. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let kept = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (kept + value).replaceAll("\r\n", "\n").split("\n\n");
    kept = blocks.pop();
    for (const block of blocks) {
      const fields = new Map(block.split("\n").map((line) => [line.split(":", 1)[0], line.replace(/^[^:]*: ?/, "")]));
      if (fields.has("data")) yield { event: fields.get("event"), data: JSON.parse(fields.get("data")) };
    }
  }
}
