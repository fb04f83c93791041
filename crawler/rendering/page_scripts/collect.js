// Addresses that stand in the DOM, yet in no link that a parser of HTML would follow.
const MOST_LINKS = 20000;
const LONGEST_VALUE = 2048;
const ADDRESS_ATTRIBUTES = [
  "data-href", "data-url", "data-link", "data-route", "data-path", "data-navigate", "routerlink", "router-link",
  "ng-href", "data-ng-href",
];
const CLICKABLE = [
  "[onclick]", "[role=link]", "a:not([href]):not([name]):not([id])", 'a[href="#"]', 'a[href=""]',
  'a[href^="javascript:" i]', "[ng-click]", "[data-ng-click]", "[\\@click]", "[v-on\\:click]", "[x-on\\:click]",
  "[ui-sref]", ...ADDRESS_ATTRIBUTES.map((name) => `[${name}]:not([href])`),
].join(",");

const MAY_POINT = "button, li, tr, td, div, span, p, img, h1, h2, h3, h4, article, section, a:not([href])";
const MOST_STYLED_IN_READING = 1500;

const short = (value) => value.slice(0, LONGEST_VALUE).toWellFormed();

// `html` is the page's: what does not occur in it is not looked for.
function collect({ trees, hosts }, html) {
  const hash = new Set(), addresses = new Map(), handlers = new Set(), hidden = new Set();
  const hasRoutes = html.includes("#/") || html.includes("#!");
  const hasScripts = allInDocument(document, "script").length > 0 || /onclick|javascript:/i.test(html);
  let clickable = 0;
  for (const tree of trees) {
    for (const link of hasRoutes ? all(tree, 'a[href*="#/"], a[href*="#!"]') : []) {
      if (hash.size < MOST_LINKS && typeof link.href === "string") hash.add(short(link.href));
    }
    for (const link of all(tree, "svg a")) {
      const reference = link.href?.baseVal;
      if (hidden.size < MOST_LINKS && reference) hidden.add(absolute(reference, link));
    }
    for (const element of hasScripts ? all(tree, CLICKABLE) : []) {
      if (++clickable > MOST_LINKS) break;
      noteAddresses(element, addresses, handlers);
    }
    if (hasScripts) clickable += pointing(tree, MOST_STYLED_IN_READING).length;
  }
  for (const host of hosts.keys()) {
    for (const link of allIn(host, "a[href]")) {
      if (hidden.size < MOST_LINKS && isUnassigned(link, host)) hidden.add(short(link.href));
    }
  }
  return {
    hash: [...hash], hidden: [...hidden], handlers: [...handlers], addresses: [...addresses.values()], clickable,
  };
}

// Elements that show by their cursor that a script waits for a click, and buttons, in no form.
function pointing(tree, most) {
  const elements = all(tree, MAY_POINT), found = [];
  for (let index = 0; index < elements.length && index < most; index++) {
    const element = elements[index];
    if (nameOf(element) === "button" ? closest(element, "form") === null : startsPointing(element)) found.push(element);
  }
  return found;
}

// A cursor is inherited: the outermost element that has it is the one to click.
function startsPointing(element) {
  if (getComputedStyle(element).cursor !== "pointer") return false;
  const parent = parentOf(element);
  return parent === null || kindOf(parent) !== ELEMENT || getComputedStyle(parent).cursor !== "pointer";
}

function noteAddresses(element, addresses, handlers) {
  const handler = attribute(element, "onclick");
  if (handler) handlers.add(short(handler));
  const reference = attribute(element, "href");
  if (reference && /^\s*javascript:/i.test(reference)) handlers.add(short(reference));
  for (const name of ADDRESS_ATTRIBUTES) {
    const value = attribute(element, name);
    if (value) addresses.set(`${name} ${value.slice(0, LONGEST_VALUE)}`, [name, short(value)]);
  }
}

function absolute(reference, node) {
  try {
    return short(new URL(reference, node.baseURI).href);
  } catch {
    return "";
  }
}

// Whether a host's own child is shown in none of its slots, and so is not in the flattened page.
function isUnassigned(link, host) {
  let top = link;
  for (let above = parentOf(top); above !== host; above = parentOf(top)) {
    if (above === null) return false;
    top = above;
  }
  return top.assignedSlot === null;
}
