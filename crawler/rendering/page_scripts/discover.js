// Elements that only a script follows are clicked in a page that is thrown away.
const MOST_CANDIDATES = 200, MOST_STYLED = 3000, MOST_REVEALED = 2000;
const FIELDS = "input, select, textarea, label, option, video, audio, form button:not([type=button]), [contenteditable]";
const IN_SHADOW = " >>> ";

// What may lead somewhere, in order: what says so, then what has a pointer for a cursor.
function candidates() {
  const { trees } = treesOf(document);
  const found = new Set();
  for (const tree of trees) for (const element of all(tree, CLICKABLE)) found.add(element);
  for (const tree of trees) for (const element of pointing(tree, MOST_STYLED)) found.add(element);
  const listed = [];
  for (const element of found) {
    if (listed.length >= MOST_CANDIDATES) break;
    if (closest(element, FIELDS) === null && !isLink(element) && isVisible(element) && !holdsOther(element, found)) {
      listed.push({ path: pathOf(element), label: labelOf(element) });
    }
  }
  return listed;
}

// Inside a link or around one, which a parser finds.
function isLink(element) {
  const link = closest(element, "a[href]");
  if (link !== null) return /^https?:/.test(link.href) && !/^(?:#|$)/.test(attribute(link, "href").trim());
  return element.querySelector('a[href]:not([href="#"], [href^="javascript:" i])') !== null;
}

const holdsOther = (element, found) =>
  [...allIn(element, CLICKABLE)].some((inner) => found.has(inner)) && !hasAttribute(element, "onclick");

function pathOf(element) {
  const steps = [];
  for (let node = element; node !== null && steps.length < 60; ) {
    const parent = parentOf(node);
    if (parent === null) break;
    if (kindOf(parent) !== ELEMENT) {
      steps.unshift(step(node));
      const host = kindOf(parent) === FRAGMENT ? parent.host : null;
      if (!host) break;
      steps.unshift(IN_SHADOW);
      node = host;
    } else {
      steps.unshift(step(node));
      node = parent;
    }
  }
  return steps.join(">").replaceAll(`>${IN_SHADOW}>`, IN_SHADOW);
}

function step(node) {
  let place = 1;
  for (let before = previousOf(node); before !== null; before = previousOf(before)) {
    if (kindOf(before) === ELEMENT && nameOf(before) === nameOf(node)) place++;
  }
  return `${CSS.escape(nameOf(node))}:nth-of-type(${place})`;
}

function elementAt(path) {
  let tree = document, element = null;
  for (const part of path.split(IN_SHADOW)) {
    if (tree === null) return null;
    element = [...all(tree, part)].find((each) => kindOf(parentOf(each)) !== ELEMENT || tree === document) ?? null;
    tree = element && shadowOf(element);
  }
  return element;
}

const linksNow = () => {
  const links = new Set();
  for (const tree of treesOf(document).trees) {
    for (const link of all(tree, "a[href]")) {
      if (links.size < MOST_REVEALED && /^https?:/.test(link.href)) links.add(short(link.href));
    }
  }
  return links;
};

// Click one candidate; where it led, what it revealed, and whether the page is as it was.
async function tryCandidate({ path, label }) {
  const element = elementAt(path);
  if (!element || labelOf(element) !== label || !isVisible(element)) return { missing: true };
  const addresses = stayHere();
  addresses.clear();
  const watch = watcher();
  const before = linksNow(), changes = watch.changes;
  pressFrom(element);
  await settle({ quiet_ms: 40, patience_ms: 40, cap_ms: 400 });
  const moved = isElsewhere();
  const changed = watch.changes !== changes;
  const revealed = changed && !moved ? [...linksNow()].filter((link) => !before.has(link)) : [];
  const back = !moved || (await goBack());
  return { missing: false, addresses: [...addresses], revealed, changed: changed && !moved, back };
}
