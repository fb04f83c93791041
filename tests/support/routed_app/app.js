// Routes by history.pushState, as single-page applications do: the server answers every path with one shell.
"use strict";

const made = (name, properties, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

function go(path) {
  history.pushState({}, "", path);
  draw();
}

// A link as applications make it: the address is there, a script follows it.
const link = ({ path, title }) =>
  made("a", { href: path, textContent: title, onclick: (event) => { event.preventDefault(); go(path); } });

// A card: nothing but its listener says where it leads.
function card({ path, title }) {
  const element = made("div", { className: "card", textContent: title });
  element.style.cursor = "pointer";
  element.addEventListener("click", () => go(path));
  return element;
}

// A button that changes something: nobody who only reads may press it and have its request sent.
const deletion = ({ path }) =>
  made("button", { textContent: "Archive this page", onclick: () => fetch(`/api/pages${path}`, { method: "DELETE" }) });

async function draw() {
  const [menu, page] = await Promise.all(
    ["/api/menu", `/api/pages${location.pathname}`].map(async (address) => (await fetch(address)).json()),
  );
  document.title = page.title;
  document.getElementById("root").replaceChildren(
    made("nav", {}, ...menu.map(link)),
    made("main", {},
      made("h1", { textContent: page.title }),
      made("p", { textContent: page.text }),
      ...page.links.map(link),
      ...page.cards.map(card),
      ...(page.text ? [deletion({ path: location.pathname })] : [])),
  );
}

addEventListener("popstate", draw);
draw();
