// Waits until the page is loaded and its DOM was still for a while; tickers count as noise.
const BURST_MS = 40, LATE_MS = 15;
const BURSTS_OF_A_TICKER = 5;
const MOST_TEXT_OF_A_TICKER = 2000;
const MOST_ELEMENTS_OF_A_TICKER = 100;
const MOST_RECORDS = 200;
const SHORT_TEXT = 100, HARDLY_A_TEXT = 25;
const PLACEHOLDER =
  /^\W*(?:now |still |page |content (?:is )?)?(?:loading|please wait|one moment|just a moment|initiali[sz]ing|starting|fetching|lädt|laden|wird geladen|bitte warten|einen (?:augenblick|moment)|chargement|veuillez patienter|cargando|espere|caricamento|attendere|carregando|aguarde|ładowanie|загрузка|подождите|読み込み中|加载中|載入中|正在加载|로딩)/iu;

function watcher() {
  if (state.watcher) return state.watcher;
  const watched = new WeakSet();
  const self = { last: performance.now(), changes: 0, loaded: null, churn: new WeakMap(), calm: null };
  const observer = new MutationObserver((records) => {
    const now = performance.now();
    if (records.length > MOST_RECORDS || records.map((each) => matters(each, now, self.churn)).some(Boolean)) {
      self.last = now;
      self.changes++;
    }
  });
  self.watch = (tree) => {
    if (watched.has(tree)) return false;
    watched.add(tree);
    observer.observe(tree, {
      subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["href"],
    });
    return true;
  };
  // What we do ourselves makes no ticker; those of before are remembered.
  self.begin = () => {
    self.calm ??= self.churn;
    self.churn = new WeakMap();
    self.last = performance.now();
  };
  // Another route of the same document: places that each route fills anew are no tickers.
  self.restart = () => {
    self.calm = null;
    self.churn = new WeakMap();
    self.last = performance.now();
    self.changes = 0;
  };
  self.watch(document);
  return (state.watcher = self);
}

// Whether a change is one of the page, and not the n-th of a clock, a counter or a carousel: a small element
// that changed in bursts before, and whose text is no longer than it was.
function matters(record, now, churn) {
  const place = kindOf(record.target) === TEXT ? parentOf(record.target) : record.target;
  if (place === null) return false;
  const seen = churn.get(place);
  if (seen === undefined) {
    churn.set(place, { bursts: 1, at: now, most: -1 });
    return true;
  }
  if (now - seen.at >= BURST_MS) {
    seen.bursts++;
    seen.at = now;
  }
  if (seen.bursts < BURSTS_OF_A_TICKER || kindOf(place) !== ELEMENT) return true;
  if (allIn(place, "*").length > MOST_ELEMENTS_OF_A_TICKER) return true;
  const length = textOf(place).length;
  if (length > MOST_TEXT_OF_A_TICKER) return true;
  if (length <= seen.most) return false;
  seen.most = length;
  return true;
}

// Resolves with { still, trees }: whether the page came to rest within cap_ms.
async function settle({ quiet_ms, patience_ms, cap_ms }) {
  const watch = watcher();
  const end = performance.now() + cap_ms;
  const left = () => end - performance.now();
  if (!(await loaded(document, left))) return { still: false, found: treesOf(document) };
  watch.loaded ??= performance.now();
  for (;;) {
    const found = treesOf(document);
    const fresh = found.trees.filter((tree) => watch.watch(tree)).length > 0;
    if (fresh) watch.last = performance.now();
    for (const inner of found.frames.values()) await loaded(inner, left);
    const quiet = patience_ms > quiet_ms && isUnfinished(found.trees) ? patience_ms : quiet_ms;
    const rest = Math.max(watch.last, watch.loaded) + quiet - performance.now();
    if (rest <= 0) return { still: true, found };
    if (left() <= 0) return { still: false, found };
    // What an unfinished page waits for may come at any time: then it is waited for no longer.
    const late = await pause(Math.min(rest, Math.max(quiet_ms, 1), Math.max(left(), 0)));
    // On a busy machine timers of the page may be due as well, and come after ours.
    if (late > LATE_MS) watch.last = Math.max(watch.last, performance.now() - quiet + LATE_MS);
  }
}

// Resolves with the milliseconds that it took longer.
const pause = (milliseconds) => {
  const due = performance.now() + milliseconds;
  return new Promise((done) => setTimeout(() => done(performance.now() - due), milliseconds));
};

function loaded(tree, left) {
  if (readinessOf(tree) === "complete") return true;
  return new Promise((done) => {
    const timer = setTimeout(() => done(false), Math.max(left(), 0));
    EventTarget.prototype.addEventListener.call(tree, "readystatechange", () => {
      if (readinessOf(tree) !== "complete") return;
      clearTimeout(timer);
      done(true);
    });
  });
}

// Whether a page with scripts shows next to nothing, or says itself that it is busy.
function isUnfinished(trees) {
  if (allInDocument(document, "script").length === 0) return false;
  if (trees.some((tree) => all(tree, "[aria-busy=true]").length > 0)) return true;
  let text = "";
  for (const tree of trees) {
    const walker = document.createTreeWalker(kindOf(tree) === DOCUMENT ? bodyOf(tree) ?? tree : tree, 4);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const parent = parentOf(node);
      if (kindOf(parent) === ELEMENT && /^(?:script|style|noscript|template)$/.test(nameOf(parent))) continue;
      text += textOf(node).trim();
      if (text.length > SHORT_TEXT) return false;
    }
  }
  return text.length < HARDLY_A_TEXT || PLACEHOLDER.test(text);
}
