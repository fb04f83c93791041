// What a page shows one after the other (tabs, lists that recycle their rows) is kept: each text once.
const MOST_STATES = 150;
const MOST_ELEMENTS_KEPT = 400000;
const BLOCKS =
  "address,article,aside,blockquote,details,dd,div,dl,dt,fieldset,figure,footer,form,h1,h2,h3,h4,h5,h6,header," +
  "li,main,nav,ol,p,pre,section,table,tbody,td,th,tr,ul";
const SPACES = /\s+/g;

const wordsOf = (element) => textOf(element).replace(SPACES, " ").trim();

// The innermost elements that have text of their own: paragraphs, items, cells.
function eachBlock(element, visit) {
  if (isBlock(element)) {
    visit(element);
    return;
  }
  for (const child of element.children) eachBlock(child, visit);
}

function isBlock(element) {
  for (let node = firstChildOf(element); node !== null; node = nextOf(node)) {
    if (kindOf(node) === TEXT && textOf(node).trim() !== "") return element.querySelector(BLOCKS) === null;
  }
  return false;
}

// Keep the page as it is now; how many of its texts were not seen before.
function keepState() {
  const kept = (state.kept ??= { states: [], seen: new Set(), elements: 0, changes: -1 });
  const watch = watcher();
  if (kept.changes === watch.changes) return 0;
  const twins = new Map();
  const copy = flatCopy(treesOf(document), twins);
  let fresh = 0;
  const said = new Set();
  eachBlock(bodyIn(copy), (block) => {
    const words = wordsOf(block);
    said.add(words);
    if (!kept.seen.has(words)) {
      kept.seen.add(words);
      fresh++;
    }
  });
  kept.changes = watch.changes;
  if (fresh > 0) add(kept, { copy, twins, said });
  return fresh;
}

// A state that says all that the one before it said takes its place.
function add(kept, next) {
  const before = kept.states.at(-1);
  if (before && isSubset(before.said, next.said)) {
    kept.states.pop();
    kept.elements -= before.twins.size;
  }
  if (kept.states.length >= MOST_STATES || kept.elements >= MOST_ELEMENTS_KEPT) return;
  kept.elements += next.twins.size;
  kept.states.push(next);
}

const isSubset = (one, other) => {
  for (const each of one) if (!other.has(each)) return false;
  return true;
};

const bodyIn = (copy) => copy.querySelector("body") ?? copy;

// The page as it is now, with the texts of earlier states where they stood.
function withEarlierStates(found) {
  if (!state.kept || state.kept.states.length === 0) return flatCopy(found);
  const earlier = [...state.kept.states];
  let last;
  if (state.lost) last = earlier.pop();
  else {
    const twins = new Map();
    last = { copy: flatCopy(found, twins), twins };
  }
  const present = new Set();
  eachBlock(bodyIn(last.copy), (block) => present.add(wordsOf(block)));
  const ends = new Map();
  for (const { copy, twins } of earlier) {
    const originals = new Map([...twins].map(([live, twin]) => [twin, live]));
    restore(bodyIn(copy), { originals, twins: last.twins, present, ends, body: bodyIn(last.copy) });
  }
  return last.copy;
}

// Bring what vanished of an earlier state into the last one: the largest elements of which nothing is left, and
// whose own place is not there any more.
function restore(element, context) {
  const blocks = [];
  eachBlock(element, (block) => blocks.push(block));
  if (blocks.length === 0) return;
  const gone = blocks.filter((block) => !context.present.has(wordsOf(block)));
  if (gone.length === 0) return;
  const live = context.originals.get(element);
  const isStillThere = context.twins.has(live) && !isBlock(element);
  if (gone.length < blocks.length || isStillThere || nameOf(element) === "body") {
    for (const child of [...element.children]) restore(child, context);
    return;
  }
  if (ticks(live)) return;
  for (const block of gone) context.present.add(wordsOf(block));
  place(element, context);
}

const ticks = (live) => {
  const { calm, churn } = watcher();
  const bursts = (each) => (each && (calm ?? churn).get(each)?.bursts) || 0;
  return Math.max(bursts(live), bursts(live && parentOf(live))) >= BURSTS_OF_A_TICKER;
};

// Before what replaced it, else after what stood before it, else at the head of what it stood in.
function place(element, { originals, twins, ends, body }) {
  const kept = element.cloneNode(true);
  const twin = (each) => twins.get(originals.get(each));
  const successor = twin(element);
  if (successor?.parentNode) {
    successor.before(kept);
    return;
  }
  for (let before = element.previousElementSibling; before !== null; before = before.previousElementSibling) {
    const anchor = twin(before);
    if (anchor?.parentNode) {
      (ends.get(anchor) ?? anchor).after(kept);
      ends.set(anchor, kept);
      return;
    }
  }
  let parent = element.parentElement;
  while (parent !== null && !twin(parent)) parent = parent.parentElement;
  const holder = (parent && twin(parent)) || body;
  const end = ends.get(holder);
  if (end?.parentNode === holder) end.after(kept);
  else holder.prepend(kept);
  ends.set(holder, kept);
}
