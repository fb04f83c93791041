// What the scripts use of the DOM, taken from its prototypes: a form's fields and elements with a name hide
// properties of forms and of the document, in every world.
const reader = (prototype, name) => {
  const { get } = Object.getOwnPropertyDescriptor(prototype, name);
  return (object) => get.call(object);
};
const caller = (prototype, name) => {
  const method = prototype[name];
  return (object, ...values) => method.apply(object, values);
};
const parentOf = reader(Node.prototype, "parentNode");
const firstChildOf = reader(Node.prototype, "firstChild");
const nextOf = reader(Node.prototype, "nextSibling");
const previousOf = reader(Node.prototype, "previousSibling");
const kindOf = reader(Node.prototype, "nodeType");
const textOf = reader(Node.prototype, "textContent");
const isConnected = reader(Node.prototype, "isConnected");
const documentOf = reader(Node.prototype, "ownerDocument");
const append = caller(Node.prototype, "appendChild");
const nameOf = reader(Element.prototype, "localName");
const spaceOf = reader(Element.prototype, "namespaceURI");
const shadowOf = reader(Element.prototype, "shadowRoot");
const attribute = caller(Element.prototype, "getAttribute");
const setAttribute = caller(Element.prototype, "setAttribute");
const hasAttribute = caller(Element.prototype, "hasAttribute");
const removeAttribute = caller(Element.prototype, "removeAttribute");
const removeElement = caller(Element.prototype, "remove");
const elementMatches = caller(Element.prototype, "matches");
const closest = caller(Element.prototype, "closest");
const isShown = caller(Element.prototype, "checkVisibility");
const allIn = caller(Element.prototype, "querySelectorAll");
const allInDocument = caller(Document.prototype, "querySelectorAll");
const allInFragment = caller(DocumentFragment.prototype, "querySelectorAll");
const rootElementOf = reader(Document.prototype, "documentElement");
const bodyOf = reader(Document.prototype, "body");
const readinessOf = reader(Document.prototype, "readyState");
const importInto = caller(Document.prototype, "importNode");
const frameDocumentOf = reader(HTMLIFrameElement.prototype, "contentDocument");
const assignedTo = caller(HTMLSlotElement.prototype, "assignedNodes");
const ELEMENT = 1, TEXT = 3, DOCUMENT = 9, FRAGMENT = 11;
const MOST_ROOTS = 5000, MOST_FRAMES = 50, DEEPEST_FRAME = 5;

// Kept from one of our scripts to the next in the same document. No element's name can stand for a symbol.
const state = (globalThis[Symbol.for("sitelore")] ??= {});

// A frame's elements are no instances of our own window's classes.
const isHtml = (element) => spaceOf(element) === "http://www.w3.org/1999/xhtml";
const isHtmlNamed = (element, name) => nameOf(element) === name && isHtml(element);

const all = (root, selector) =>
  kindOf(root) === DOCUMENT ? allInDocument(root, selector)
  : kindOf(root) === FRAGMENT ? allInFragment(root, selector)
  : allIn(root, selector);

// The page's trees: its document, the shadow trees and the documents of frames that it may see.
function treesOf(page) {
  const trees = [page], hosts = new Map(), frames = new Map();
  const depths = new Map([[page, 0]]);
  for (let at = 0; at < trees.length; at++) {
    const tree = trees[at], depth = depths.get(tree);
    const elements = all(tree, "*");
    for (let index = 0; index < elements.length; index++) {
      const element = elements[index];
      const shadow = shadowOf(element);
      if (shadow !== null && trees.length < MOST_ROOTS) {
        hosts.set(element, shadow);
        depths.set(shadow, depth);
        trees.push(shadow);
      } else if (depth < DEEPEST_FRAME && frames.size < MOST_FRAMES && isHtmlNamed(element, "iframe")) {
        const inner = innerDocument(element);
        if (inner !== null) {
          frames.set(element, inner);
          depths.set(inner, depth + 1);
          trees.push(inner);
        }
      }
    }
  }
  return { trees, hosts, frames };
}

function innerDocument(frame) {
  const inner = frameDocumentOf(frame);
  return inner !== null && rootElementOf(inner) !== null ? inner : null;
}
