// One selector's elements are clicked one after the other.
const MOST_TARGETS = 50;

// Elements that are there to be clicked, with what they say of themselves.
function targets({ selector }) {
  const done = (state.clicked ??= new WeakSet());
  const known = (state.targets = []);
  for (const element of select(selector, treesOf(document).trees)) {
    if (known.length >= MOST_TARGETS) break;
    if (!done.has(element) && isVisible(element)) known.push(element);
  }
  return known.map((element) => ({
    label: labelOf(element), address: closest(element, "a[href]")?.href?.toString().slice(0, 2048) ?? "",
    toggles: elementMatches(element, MENTIONS_STATE),
  }));
}

function pressTarget({ index }) {
  const element = state.targets[index];
  if (!element || !isConnected(element) || !isVisible(element)) return false;
  keepState();
  state.clicked.add(element);
  pressFrom(element);
  return true;
}

// What became of it: whether texts came that were not seen before, and whether it can be clicked again.
async function afterPress({ index }) {
  const element = state.targets[index];
  if (isElsewhere()) {
    if (!(await goBack())) state.lost = state.page;
    return { fresh: 0, again: false, left: true, lost: Boolean(state.lost) };
  }
  const fresh = keepState();
  return { fresh, again: isConnected(element) && isVisible(element), left: false, lost: false };
}

const leftFor = () => [...(state.addresses ?? [])];
