// Fetches what the address names and draws it into #app. Routes: / · /services/ID · /incidents · /incidents/ID ·
// texts such as /maintenance. Links change the address by history.pushState; the server answers all of them alike.
"use strict";

const element = (name, properties = {}, ...children) => {
  const { tone, ...rest } = properties;
  const made = Object.assign(document.createElement(name), rest);
  if (tone) made.classList.add(`tone-${tone}`);
  made.append(...children.flat(Infinity));
  return made;
};

const link = (path, text, properties = {}) => {
  const made = element("a", { href: path, textContent: text, ...properties });
  if (path === location.pathname) made.setAttribute("aria-current", "page");
  made.addEventListener("click", (event) => {
    event.preventDefault();
    history.pushState(null, "", path);
    scrollTo(0, 0);
    draw();
  });
  return made;
};

async function fetchJson(address) {
  const response = await fetch(address);
  return response.json();
}

const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "UTC" });
const onDay = (moment) => day.format(new Date(moment));
const atTime = (moment) => `${onDay(moment)}, ${clock.format(new Date(moment))} UTC`;
const STATES = { working: "working", slow: "slower than usual" };

function duration({ began, ended }) {
  if (!ended) return "still going on";
  const minutes = Math.round((new Date(ended) - new Date(began)) / 60000);
  const hours = Math.floor(minutes / 60);
  return [hours && `${hours} h`, minutes % 60 && `${minutes % 60} min`].filter(Boolean).join(" ");
}

const pill = (tone, text) => element("span", { className: "pill", tone, textContent: text });

function bars({ days, name }) {
  const strip = element("div", { className: "days", role: "img" });
  strip.setAttribute("aria-label", `The last ${days.length} days of ${name}`);
  for (const { day: date, minutes, severity } of days) {
    strip.append(element("i", { className: severity ?? "", title: minutes ? `${date}: ${minutes} minutes` : date }));
  }
  return strip;
}

const serviceLine = (service) =>
  element("li", { tone: service.state },
    element("div", { className: "head" },
      link(`/services/${service.id}`, service.name),
      pill(service.state, STATES[service.state])),
    element("p", { textContent: service.summary }),
    bars(service),
    element("div", { className: "scale" },
      element("span", { textContent: "90 days ago" }),
      element("span", { textContent: `${service.uptime} undisturbed` }),
      element("span", { textContent: "today" })));

const incidentCard = (incident) =>
  element("article", { className: "incident", tone: incident.severity },
    element("h3", {}, link(`/incidents/${incident.id}`, incident.title)),
    element("span", { className: "when", textContent: `${onDay(incident.began)} · ${duration(incident)} ` }),
    pill(incident.severity, incident.severity),
    element("p", { textContent: incident.summary }));

const facts = (pairs) =>
  element("dl", { className: "facts" }, pairs.map(([name, ...value]) =>
    [element("dt", { textContent: name }), element("dd", {}, ...value)]));

const services = (listed) =>
  listed.flatMap(({ id, name }, index) => [index ? ", " : "", link(`/services/${id}`, name)]);

async function start() {
  const { as_of, services: all, open } = await fetchJson("/api/overview");
  const tone = open.length ? open[0].severity : "working";
  const title = open.length ? open[0].title : "All systems are working";
  return { title: "All systems", parts: [
    element("div", { className: "banner", tone },
      element("span", { className: "light" }),
      element("div", {},
        element("h1", { textContent: title }),
        element("p", { textContent: `As of ${onDay(as_of)}. Everything else is working.` }))),
    element("ul", { className: "services" }, all.map(serviceLine)),
    open.length ? element("h2", { textContent: "Now" }) : "",
    ...open.map(incidentCard)] };
}

async function service(id) {
  const found = await fetchJson(`/api/services/${id}`);
  if (found.fault) return null;
  return { title: found.name, parts: [
    element("h1", { textContent: found.name }),
    element("p", { textContent: `${found.summary} ${found.about}` }),
    bars(found),
    facts([
      ["State", pill(found.state, STATES[found.state])],
      ["Last 90 days", `${found.uptime} undisturbed`],
      ["Promised", found.objective],
      ["Looked after by", found.team],
      ...(found.depends_on.length ? [["Needs", ...services(found.depends_on)]] : []),
    ]),
    element("h2", { textContent: "Incidents" }),
    ...(found.incidents.length ? found.incidents.map(incidentCard) : [element("p", { textContent: "None so far." })])] };
}

async function incidents() {
  const found = await fetchJson("/api/incidents");
  const list = element("div", {}, found.incidents.map(incidentCard));
  const more = element("button", { className: "earlier", textContent: "Show earlier incidents" });
  more.addEventListener("click", async () => {
    const last = found.incidents[found.incidents.length - 1].id;
    const { incidents: earlier } = await fetchJson(`/api/incidents?before=${last}`);
    list.append(...earlier.map(incidentCard));
    more.remove();
  });
  return { title: "Incidents", parts: [
    element("h1", { textContent: "Incidents" }),
    element("p", { textContent: "What went wrong, for whom, and what we changed so that it does not happen again." }),
    list, found.earlier ? more : ""] };
}

async function incident(id) {
  const found = await fetchJson(`/api/incidents/${id}`);
  if (found.fault) return null;
  const updates = [...found.updates].reverse().map(({ at, state, text }) =>
    element("li", {},
      element("strong", { textContent: state }), " ",
      element("time", { className: "when", dateTime: at, textContent: atTime(at) }),
      element("p", { textContent: text })));
  return { title: found.title, parts: [
    element("h1", { textContent: found.title }),
    element("p", { textContent: found.summary }),
    facts([
      ["Affected", ...services(found.services)],
      ["Began", atTime(found.began)],
      ["Ended", found.ended ? atTime(found.ended) : "not yet"],
      ["Lasted", duration(found)],
      ["Severity", pill(found.severity, found.severity)],
    ]),
    ...(found.changed.length
      ? [element("h2", { textContent: "What we changed" }),
         element("ul", {}, found.changed.map((text) => element("li", { textContent: text })))]
      : []),
    element("h2", { textContent: "What we said meanwhile" }),
    element("ol", { className: "updates" }, updates)] };
}

async function text(name) {
  const found = await fetchJson(`/api/texts/${name}`);
  if (found.fault) return null;
  const time = element("time", { className: "updated", dateTime: found.updated, textContent: onDay(found.updated) });
  return { title: found.title, parts: [
    element("p", { className: "byline" }, time), element("div", { innerHTML: found.html })] };
}

function view(path) {
  const [, first, second] = path.split("/");
  if (!first) return start();
  if (first === "services" && second) return service(second);
  if (first === "incidents") return second ? incident(second) : incidents();
  return text(first);
}

const nothing = () =>
  ({ title: "Page not found", parts: [element("h1", { textContent: "Page not found" }), element("p", { textContent: "There is nothing at this address." })] });

function header({ sites }) {
  const company = element("nav", { className: "company" },
    sites.map(({ name, address, here }) => element("a", { href: address, textContent: name, className: here ? "here" : "" })));
  company.setAttribute("aria-label", "Company sites");
  return element("header", { className: "top" }, link("/", "Ternwick Status", { className: "brand" }), company);
}

function menu({ pages }) {
  const entries = [["/", "All systems"], ["/incidents", "Incidents"], ...pages.map(({ path, title }) => [path, title])];
  return element("nav", { className: "pages" }, element("ul", {},
    entries.map(([path, title]) => element("li", {}, link(path, title)))));
}

async function draw() {
  const path = location.pathname;
  const [company, found] = await Promise.all([fetchJson("/api/company"), view(path)]);
  if (path !== location.pathname) return;
  const { title, parts } = found ?? nothing();
  document.title = `${title} · Ternwick Status`;
  document.getElementById("app").replaceChildren(
    header(company),
    element("div", { className: "columns" }, menu(company), element("main", {}, parts)),
    element("footer", { textContent: "Ternwick Instruments · Harbour Street 4 · weather you can count on · a made-up company" }));
}

addEventListener("popstate", draw);
draw();
