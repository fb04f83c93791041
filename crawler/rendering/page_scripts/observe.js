// Runs in the page's own world before its scripts: what would wait for a person or stay connected does nothing,
// windows are noted and not opened, closed shadow trees can be read by us. The page may see what is done here;
// what it depends on was taken from the world before the page could change it.
const NOTE = "__sitelore_note";
const MOST_NOTES = 200;
const world = globalThis;
const define = Object.defineProperty;
const later = setTimeout.bind(world);
const write = JSON.stringify;
const Address = URL;
const Failure = DOMException;
const tell = world[NOTE];
delete world[NOTE];

function put(owner, name, value) {
  if (owner && name in owner) define(owner, name, { value, writable: true, configurable: true, enumerable: true });
}

function nothing(owner, name, answer) {
  put(owner, name, { [name]() { return answer; } }[name]);
}

let notes = 0;
function noteLink(reference) {
  if (!tell || notes >= MOST_NOTES || reference === undefined || reference === "") return;
  try {
    const link = new Address(`${reference}`, document.baseURI).href;
    notes++;
    tell(write({ link }));
  } catch {
    // No address: a page may hand over whatever it likes.
  }
}

for (const [name, answer] of [["alert"], ["print"], ["confirm", false], ["prompt", null]]) nothing(world, name, answer);
nothing(Navigator.prototype, "sendBeacon", true);
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport", "SharedWorker", "fetchLater"]) {
  delete world[name];
}
if (world.Notification) put(world.Notification, "requestPermission", async () => "denied");
if (world.ServiceWorkerContainer) {
  put(ServiceWorkerContainer.prototype, "register", async () => {
    throw new Failure("Service workers are off.", "SecurityError");
  });
}

// A window that was not opened; where it is sent is noted.
function noWindow(reference) {
  noteLink(reference);
  const location = {
    assign: noteLink, replace: noteLink, reload() {}, toString: () => "about:blank",
    get href() { return "about:blank"; },
    set href(target) { noteLink(target); },
  };
  const inert = { write() {}, writeln() {}, open() {}, close() {} };
  return {
    closed: false, opener: null, document: inert, close() {}, focus() {}, blur() {}, print() {}, postMessage() {},
    addEventListener() {}, removeEventListener() {}, moveTo() {}, resizeTo() {},
    get location() { return location; },
    set location(target) { noteLink(target); },
  };
}
put(world, "open", function open(reference) { return noWindow(reference); });

// Connections that stay open end as they do when a server is down, later with each try.
let tries = 0;
function dead(name, states, ending) {
  const closed = states.CLOSED;
  class Dead extends EventTarget {
    constructor(address) {
      super();
      this.url = new Address(`${address}`, document.baseURI).href;
      this.readyState = states.CONNECTING;
      for (const type of ["open", "message", "error", "close"]) {
        this[`on${type}`] = null;
        this.addEventListener(type, (event) => typeof this[`on${type}`] === "function" && this[`on${type}`](event));
      }
      later(() => {
        this.readyState = closed;
        for (const event of ending()) this.dispatchEvent(event);
      }, Math.min(50 * 2 ** tries++, 30_000));
    }
    send() {}
    close() { this.readyState = closed; }
  }
  for (const [state, value] of Object.entries(states)) {
    define(Dead, state, { value });
    define(Dead.prototype, state, { value });
  }
  define(Dead, "name", { value: name });
  put(world, name, Dead);
}
const Plain = Event, Closing = CloseEvent;
dead("WebSocket", { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 }, () => [
  new Plain("error"), new Closing("close", { code: 1006, wasClean: false }),
]);
dead("EventSource", { CONNECTING: 0, OPEN: 1, CLOSED: 2 }, () => [new Plain("error")]);

// A shadow tree that the page wants closed is open for us, and looks closed to the page.
const closedTrees = new WeakSet();
const remember = closedTrees.add.bind(closedTrees), isClosed = closedTrees.has.bind(closedTrees);
const call = Function.prototype.call;
const attach = call.bind(Element.prototype.attachShadow);
const shadowOf = call.bind(Object.getOwnPropertyDescriptor(Element.prototype, "shadowRoot").get);
const modeOf = call.bind(Object.getOwnPropertyDescriptor(ShadowRoot.prototype, "mode").get);
put(Element.prototype, "attachShadow", function attachShadow(options) {
  if (options === null || typeof options !== "object" || `${options.mode}` !== "closed") return attach(this, options);
  const tree = attach(this, { ...options, mode: "open" });
  remember(tree);
  return tree;
});
define(Element.prototype, "shadowRoot", {
  configurable: true, enumerable: true,
  get() {
    const tree = shadowOf(this);
    return tree !== null && isClosed(tree) ? null : tree;
  },
});
define(ShadowRoot.prototype, "mode", {
  configurable: true, enumerable: true,
  get() { return isClosed(this) ? "closed" : modeOf(this); },
});
