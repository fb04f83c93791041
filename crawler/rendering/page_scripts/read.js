// Settle, flatten and collect in one evaluation.
const MOST_HTML = 20_000_000;

async function read(options) {
  const { still, found } = await settle(options);
  const copy = withEarlierStates(found);
  const base = document.baseURI;
  nameBase(copy, base);
  const html = "<!doctype html>" + copy.outerHTML;
  return {
    url: location.href,
    base,
    still,
    html: html.slice(0, MOST_HTML).toWellFormed(),
    cut: html.length > MOST_HTML,
    ...collect(found),
  };
}

// References are relative to where the page is now, which may not be the address that was asked for.
function nameBase(copy, base) {
  const head = copy.querySelector("head");
  if (head === null || head.querySelector("base[href]") !== null) return;
  const element = copy.ownerDocument.createElement("base");
  setAttribute(element, "href", base);
  head.prepend(element);
}
