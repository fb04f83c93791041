// Fetches the list of pages and the page that the address names, and draws both into #app.
"use strict";

const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

async function fetchJson(address) {
  const response = await fetch(address);
  return response.json();
}

function navigation(contents) {
  const items = contents.map(({ path, title }) => {
    const link = element("a", { href: path, textContent: title });
    if (path === location.pathname) link.setAttribute("aria-current", "page");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      history.pushState(null, "", path);
      draw();
    });
    return element("li", {}, link);
  });
  return element("nav", { className: "pages" }, element("ul", {}, ...items));
}

async function draw() {
  const [contents, page] = await Promise.all([
    fetchJson("/api/contents"),
    fetchJson("/api/page?path=" + encodeURIComponent(location.pathname)),
  ]);
  const main = element("main", {});
  if (page.fault) {
    document.title = "Ternwick Status";
    main.append(element("p", { textContent: page.fault }));
  } else {
    document.title = page.title + " · Ternwick Status";
    const time = element("time", { className: "updated", dateTime: page.updated, textContent: page.updated });
    main.append(element("p", { className: "byline" }, time), element("div", { innerHTML: page.html }));
  }
  const header = element("header", { className: "top" }, element("a", { className: "brand", href: "/", textContent: "Ternwick Status" }));
  document.getElementById("app").replaceChildren(header, element("div", { className: "columns" }, navigation(contents), main));
}

addEventListener("popstate", draw);
draw();
