// Scrolls down once, screen by screen: the page itself and what scrolls in it.
const MOST_FRAME_MS = 500;
const MOST_STEPS = 200;
const MOST_SCROLLERS = 5;

async function scrollDown({ most_ms }) {
  const end = performance.now() + most_ms;
  keepState();
  let steps = 0;
  for (const scroller of scrollersOf()) {
    while (steps < MOST_STEPS && performance.now() < end) {
      const before = scroller.scrollTop;
      scroller.scrollBy({ top: Math.max(scroller.clientHeight * 0.9, 100), behavior: "instant" });
      if (scroller.scrollTop <= before) break;
      steps++;
      watcher().begin();
      await nextFrame();
      keepState();
    }
  }
  watcher().begin();
  return steps;
}

// A page hears of scrolling with its next frame, and may draw with the one after.
function nextFrame() {
  const drawn = new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))));
  return Promise.race([drawn, pause(MOST_FRAME_MS)]);
}

function scrollersOf() {
  const page = document.scrollingElement ?? rootElementOf(document);
  const inner = [];
  const elements = allInDocument(document, "main, div, section, ul, ol, article, tbody, table, [tabindex]");
  for (let index = 0; index < elements.length && index < 5000; index++) {
    const element = elements[index];
    if (element.clientHeight < 100 || element.scrollHeight < element.clientHeight + 50) continue;
    if (/auto|scroll|overlay/.test(getComputedStyle(element).overflowY)) inner.push(element);
  }
  inner.sort((one, other) => other.clientHeight * other.clientWidth - one.clientHeight * one.clientWidth);
  return page === null ? inner.slice(0, MOST_SCROLLERS) : [page, ...inner.slice(0, MOST_SCROLLERS)];
}

// How much there is: when none of it grows any more, the end is reached.
function extent() {
  const watch = watcher();
  const fresh = keepState();
  return {
    fresh, changes: watch.changes, elements: allInDocument(document, "*").length,
    height: scrollersOf().reduce((sum, each) => sum + each.scrollHeight, 0),
  };
}
