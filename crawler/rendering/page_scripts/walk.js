// Goes to another fragment of the document that stands in the page, as who follows a link there: nothing is loaded.
const MOST_HASHCHANGE_MS = 1000;
const withoutFragment = (address) => address.split("#", 1)[0];

// Whether the page was told and changed. What it did before counts for nothing: it is watched anew.
async function walk({ address, patience_ms }) {
  if (readinessOf(document) !== "complete" || location.href === address) return false;
  if (withoutFragment(location.href) !== withoutFragment(address)) return false;
  const watch = watcher();
  watch.restart();
  const isTold = new Promise((done) => {
    // The page's listeners run after ours, in the same task.
    EventTarget.prototype.addEventListener.call(globalThis, "hashchange", () => setTimeout(() => done(true)), {
      capture: true, once: true,
    });
    setTimeout(() => done(false), MOST_HASHCHANGE_MS);
  });
  location.href = address;
  if (!(await isTold)) return false;
  // Until then it may not even have asked for what it is to show.
  for (const end = performance.now() + patience_ms; watch.changes === 0 && performance.now() < end; ) await pause(15);
  return watch.changes > 0;
}
