// Settle, flatten and collect in one evaluation.
const HEAD = /^<html[^>]*><head[^>]*>/i;

async function read({ most_characters, ...options }) {
  const { still, found } = await settle(options);
  const asItStands = !state.kept?.states.length && isTidy(found);
  const page = asItStands ? rootElementOf(document) : withEarlierStates(found);
  const html = "<!doctype html>" + withBase(page);
  return {
    url: state.lost || location.href,
    base: document.baseURI,
    still,
    html: html.slice(0, most_characters).toWellFormed(),
    cut: html.length > most_characters,
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
