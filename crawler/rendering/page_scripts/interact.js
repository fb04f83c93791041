// What scrolling and clicking share: elements by selector in every tree, texts seen so far, where clicks lead.
const MOST_ADDRESSES = 200;

// Elements of a selector with its kind, in document order; XPath sees no shadow trees.
function select(selector, trees) {
  const at = selector.indexOf(":"), kind = selector.slice(0, at), rest = selector.slice(at + 1);
  const found = [];
  for (const tree of trees) {
    if (kind === "css") found.push(...all(tree, rest));
    else if (kindOf(tree) === DOCUMENT) {
      const nodes = tree.evaluate(rest, tree, null, 7, null);
      for (let index = 0; index < nodes.snapshotLength && index < 1000; index++) found.push(nodes.snapshotItem(index));
    }
  }
  return found.filter((node) => kindOf(node) === ELEMENT);
}

const isVisible = (element) => {
  if (!isShown(element, { visibilityProperty: true })) return false;
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.height > 0;
};

// From here on a click leads nowhere: where it would lead is noted. What changes the address alone is let be.
function stayHere() {
  if (state.addresses) return state.addresses;
  const addresses = (state.addresses = new Set());
  const note = (address) => {
    if (address === location.href || !/^https?:/.test(address)) return;
    if (addresses.size < MOST_ADDRESSES) addresses.add(short(address));
  };
  navigation.addEventListener("navigate", (event) => {
    if (event.navigationType === "traverse" || event.navigationType === "reload") return;
    if (event.formData === null) note(event.destination.url);
    if (!event.destination.sameDocument && event.cancelable) event.preventDefault();
  });
  const follow = (event) => {
    if (event.defaultPrevented) return;
    const link = event.composedPath().find((each) => each !== window && kindOf(each) === ELEMENT && elementMatches(each, "a[href], area[href]"));
    if (!link || typeof link.href !== "string" || !link.target || link.target === "_self") return;
    note(link.href);
    event.preventDefault();
  };
  addEventListener("click", follow);
  return addresses;
}

// The whole of a click, as a mouse makes it.
function press(element) {
  element.scrollIntoView({ block: "center", behavior: "instant" });
  const options = {
    bubbles: true, cancelable: true, composed: true, view: window, detail: 1, button: 0, isPrimary: true,
    pointerId: 1, pointerType: "mouse",
  };
  for (const [type, Kind] of [["pointerover", PointerEvent], ["mouseover", MouseEvent], ["pointerdown", PointerEvent],
    ["mousedown", MouseEvent], ["pointerup", PointerEvent], ["mouseup", MouseEvent]]) {
    EventTarget.prototype.dispatchEvent.call(element, new Kind(type, options));
  }
  if (isHtml(element)) HTMLElement.prototype.click.call(element);
  else EventTarget.prototype.dispatchEvent.call(element, new PointerEvent("click", options));
}

function labelOf(element) {
  const label = attribute(element, "aria-label") || wordsOf(element) || attribute(element, "title") || "";
  return label.slice(0, 80).toWellFormed();
}

// Note where the page is, and click.
function pressFrom(element) {
  stayHere();
  state.page = location.href;
  state.entry = navigation.currentEntry.index;
  watcher().begin();
  press(element);
}

const isElsewhere = () => pageOf(location.href) !== pageOf(state.page);

// Go back to the page that a click left by a route; whether it is shown again.
async function goBack() {
  const steps = navigation.currentEntry.index - state.entry;
  if (steps <= 0) return false;
  history.go(-steps);
  for (let tries = 0; tries < 20; tries++) {
    await pause(25);
    if (!isElsewhere()) {
      await settle({ quiet_ms: 60, patience_ms: 60, cap_ms: 1000 });
      return true;
    }
  }
  return false;
}

const MENTIONS_STATE = "[aria-expanded], [aria-selected], [role=tab], summary";
// The page that an address names: a route in the fragment counts, a place in the page and the query do not.
const pageOf = (address) => {
  const { origin, pathname, hash } = new URL(address);
  return origin + pathname + (/^#[/!]/.test(hash) ? hash : "");
};
