// Settle, flatten and collect in one evaluation.
const MOST_HTML = 20_000_000;
const HEAD = /^<html[^>]*><head[^>]*>/i;

async function read(options) {
  const { still, found } = await settle(options);
  const asItStands = !state.kept?.states.length && isTidy(found);
  const page = asItStands ? rootElementOf(document) : withEarlierStates(found);
  const html = "<!doctype html>" + withBase(page);
  return {
    url: location.href,
    base: document.baseURI,
    still,
    html: html.slice(0, MOST_HTML).toWellFormed(),
    cut: html.length > MOST_HTML,
    ...collect(found, html),
  };
}

// References are relative to where the page is now, which may not be the address that was asked for.
function withBase(page) {
  const html = page.outerHTML;
  if (page.querySelector("base[href]") !== null) return html;
  const escaped = document.baseURI.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  return html.replace(HEAD, (head) => `${head}<base href="${escaped}">`);
}
