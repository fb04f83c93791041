// Suggestions beneath the box: a combobox with a listbox, as in the ARIA Authoring Practices Guide.

const PAUSE = 80; // milliseconds without a key
const MOST = 6;

/** Suggest what `box` may come to say; `choose` is called with the text that was chosen. */
export function suggestWhileTyping(box, choose) {
  const list = document.querySelector("#suggestions");
  let active = -1;
  let pause = 0;
  let running = null;

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");

  function close() {
    clearTimeout(pause);
    running?.abort();
    list.hidden = true;
    mark(-1);
    box.setAttribute("aria-expanded", "false");
  }

  function mark(index) {
    active = index;
    for (const [number, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(number === index));
    }
    if (index < 0) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", list.children[index].id);
  }

  function open(suggestions) {
    list.replaceChildren(...suggestions.map(option));
    list.hidden = !list.children.length;
    mark(-1);
    box.setAttribute("aria-expanded", String(!list.hidden));
  }

  async function suggest() {
    running?.abort();
    running = new AbortController();
    const typed = box.value.trim();
    try {
      const answer = await fetch(`/v1/suggest?${new URLSearchParams({ prefix: typed, limit: MOST })}`, { signal: running.signal });
      if (!answer.ok) return close();
      const { suggestions } = await answer.json();
      open(suggestions.filter(({ text }) => text.toLowerCase() !== typed.toLowerCase()));
    } catch (error) {
      if (error.name !== "AbortError") close(); // suggestions are a help: the search itself says what is wrong
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(pause);
    if (box.value.trim().length < 2) return close();
    pause = setTimeout(suggest, PAUSE);
  });
  box.form.addEventListener("submit", close);
  box.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) choose(chosen.dataset.text);
  });
  box.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const count = list.children.length;
    if (event.key === "ArrowDown") mark(active + 1 < count ? active + 1 : -1);
    else if (event.key === "ArrowUp") mark(active < 0 ? count - 1 : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) choose(list.children[active].dataset.text);
    else return;
    event.preventDefault();
  });
}

/** An option; its `highlights` count Unicode code points. */
function option({ text, highlights }, index) {
  const element = document.createElement("li");
  element.id = `suggestion-${index}`;
  element.role = "option";
  element.dir = "auto";
  element.dataset.text = text;
  const letters = Array.from(text);
  let position = 0;
  for (const { start, end } of highlights) {
    const typed = Object.assign(document.createElement("b"), { textContent: letters.slice(start, end).join("") });
    element.append(letters.slice(position, start).join(""), typed);
    position = end;
  }
  element.append(letters.slice(position).join(""));
  return element;
}
