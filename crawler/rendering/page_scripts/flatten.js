// The page as one tree of HTML: shadow trees and frames in place, without what no reader reads.
const DEEPEST = 400;
const LONG_DATA_ADDRESS = 200;
const UNREAD =
  'script:not([type="application/ld+json" i], [type="application/json" i]), style, noscript, template, canvas, svg';
const TYPED_IN = "input[value]:not([type=submit i], [type=button i], [type=reset i], [type=image i])";
const isUnread = (name) =>
  name === "style" || name === "noscript" || name === "template" || name === "canvas" || name === "svg";

const UNTIDY = [UNREAD, TYPED_IN, "textarea", 'img[src^="data:"]'].join(",");

// Whether the live document can be written as it stands.
const isTidy = ({ hosts, frames }) =>
  hosts.size === 0 && frames.size === 0 && Document.prototype.querySelector.call(document, UNTIDY) === null;

// `twins` (a Map), where it is given, is told the copy of each element.
function flatCopy(found, twins = null) {
  const inert = document.implementation.createHTMLDocument("");
  const root = rootElementOf(document);
  if (root === null) return inert.createElement("html");
  if (twins === null && found.hosts.size === 0 && found.frames.size === 0) {
    const copy = importInto(inert, root, true);
    tidy(copy);
    return copy;
  }
  const holder = inert.createElement("div");
  copyInto(holder, root, 0, { inert, found, twins, special: pathsTo(found), absolute: false });
  const copy = firstChildOf(holder);
  if (copy === null) return inert.createElement("html");
  tidy(copy);
  return copy;
}

// Every element above a shadow tree or a frame: what is not among them can be copied as it stands.
function pathsTo(found) {
  const special = new Set();
  for (const start of [...found.hosts.keys(), ...found.frames.keys()]) {
    for (let node = start; node !== null && !special.has(node); node = parentOf(node)) special.add(node);
  }
  for (const shadow of found.hosts.values()) {
    for (const slot of allInFragment(shadow, "slot")) {
      for (let node = slot; node !== null && !special.has(node); node = parentOf(node)) special.add(node);
    }
  }
  return special;
}

function copyInto(holder, node, depth, context) {
  const { inert, found, twins, special } = context;
  if (kindOf(node) !== ELEMENT) {
    if (kindOf(node) === TEXT) append(holder, importInto(inert, node, false));
    return;
  }
  const name = nameOf(node);
  if (isUnread(name)) return;
  if (depth > DEEPEST || (twins === null && !special.has(node))) {
    const copy = importInto(inert, node, true);
    if (context.absolute) makeAbsolute(node, copy);
    append(holder, copy);
    return;
  }
  const inner = found.frames.get(node);
  if (inner !== undefined) {
    copyFrame(holder, node, inner, depth, context);
    return;
  }
  if (isHtmlNamed(node, "slot")) {
    const assigned = assignedTo(node);
    if (assigned.length > 0) {
      for (const each of assigned) copyInto(holder, each, depth + 1, context);
      return;
    }
  }
  const copy = importInto(inert, node, false);
  if (context.absolute) makeAbsolute(node, copy);
  append(holder, copy);
  twins?.set(node, copy);
  copyChildren(copy, found.hosts.get(node) ?? node, depth, context);
}

function copyChildren(holder, parent, depth, context) {
  for (let child = firstChildOf(parent); child !== null; child = nextOf(child)) {
    copyInto(holder, child, depth + 1, context);
  }
}

function copyFrame(holder, frame, inner, depth, context) {
  const body = bodyOf(inner);
  const copy = context.inert.createElement("div");
  for (const kept of ["id", "class", "title", "hidden", "style"]) {
    if (hasAttribute(frame, kept)) setAttribute(copy, kept, attribute(frame, kept));
  }
  append(holder, copy);
  context.twins?.set(frame, copy);
  if (body !== null) copyChildren(copy, body, depth, { ...context, absolute: true });
}

// A frame's references are relative to the frame's own address.
function makeAbsolute(live, copy) {
  const lists = [live, copy].map((each) => [each, ...allIn(each, "a[href], area[href], img[src], iframe[src]")]);
  for (let at = 0; at < lists[0].length && at < lists[1].length; at++) {
    const [from, to] = [lists[0][at], lists[1][at]];
    const name = hasAttribute(from, "href") ? "href" : hasAttribute(from, "src") ? "src" : null;
    if (name !== null && typeof from[name] === "string") setAttribute(to, name, from[name]);
  }
}

function tidy(copy) {
  for (const element of allIn(copy, UNREAD)) removeElement(element);
  for (const field of allIn(copy, TYPED_IN)) removeAttribute(field, "value");
  for (const field of allIn(copy, "textarea")) field.textContent = "";
  for (const picture of allIn(copy, 'img[src^="data:"]')) {
    if (attribute(picture, "src").length > LONG_DATA_ADDRESS) removeAttribute(picture, "src");
  }
}
