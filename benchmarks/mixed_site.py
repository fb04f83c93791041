"""A made-up site of 900 static and 100 scripted pages, as companies have them: no path tells which is which.

Static pages carry scripts too: a counter of visits, and what opens menus. Scripted pages fetch JSON and draw
it; some are empty without, some have the frame of the static pages around a hole.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

NAVIGATION: Final = (
    '<header><a href="/">Northbank</a><nav><ul class="menu"><li><a href="/guides/">Guides</a></li>'
    '<li><a href="/news/">News</a></li><li><a href="/products/">Products</a></li><li><a href="/help/">Help'
    '</a></li><li><a href="/orders/">Orders</a></li></ul><button class="burger">Menu</button></nav></header>'
)
FOOTER: Final = (
    "<footer><p>Northbank Trading, Quay 7. Prices without tax. Terms of delivery apply.</p></footer>"
    '<noscript><img src="/pixel.gif?noscript=1" alt="" width="1" height="1"></noscript>'
)
SCRIPTS: Final = '<script src="/js/menu.js"></script><script src="/js/visits.js" async></script>'
SECTIONS: Final[Mapping[str, tuple[int, int]]] = {
    "guides": (250, 0),
    "news": (250, 0),
    "products": (140, 40),
    "help": (254, 25),
    "orders": (0, 35),
}
"""Static and scripted pages of each section; six more static pages list them."""
MENU_SCRIPT: Final = """// What a page does with a library such as jQuery.
(function () {
  function $(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }
  document.addEventListener('DOMContentLoaded', function () {
    $('.burger').forEach(function (button) {
      button.addEventListener('click', function () {
        $('.menu').forEach(function (menu) { menu.classList.toggle('open'); });
      });
    });
    $('table').forEach(function (table) { table.classList.add('striped'); });
    $('h2').forEach(function (heading, index) { heading.setAttribute('data-number', index + 1); });
  });
})();
"""
VISITS_SCRIPT: Final = """// Counts visits, as analytics do.
window.visits = window.visits || [];
(function () {
  var seen = { page: location.pathname, width: screen.width, language: navigator.language };
  window.visits.push(seen);
  if (navigator.sendBeacon) navigator.sendBeacon('/visits', JSON.stringify(seen));
  var image = new Image(); image.src = '/pixel.gif?' + encodeURIComponent(seen.page);
})();
"""
VIEW_SCRIPT: Final = """// Draws what a page is about, which comes as JSON.
(async function () {
  const place = document.querySelector('[data-source]');
  const page = await (await fetch(place.dataset.source)).json();
  const made = (name, text) => Object.assign(document.createElement(name), { textContent: text });
  const facts = document.createElement('dl');
  for (const [name, value] of Object.entries(page.facts)) facts.append(made('dt', name), made('dd', value));
  place.replaceChildren(made('h1', page.title), ...page.paragraphs.map((text) => made('p', text)), facts);
  document.title = page.title;
})();
"""
_WORDS_OF_A_TRADER: Final = """
the a our each this delivery order crate pallet harbour clerk invoice customer ship north weather
office carries keeps shows needs brings counts returns leaves before after with under beside without
early late two three every other warm dry careful ready sealed open morning evening week season list
paper label rope timber salt grain copper and or but when because so that may must can will of in on
at from to by for
"""
WORDS: Final = _WORDS_OF_A_TRADER.split()
SHELL: Final = '<div id="root" data-source="{source}"></div>'
HOLE: Final = '<main data-source="{source}"><p class="spinner">Loading…</p></main>'


@dataclass(frozen=True, slots=True)
class MixedPage:
    """A page: its path, the sentence that it alone has, whether only a script brings that sentence."""

    path: str
    sentence: str
    is_scripted: bool


@dataclass(slots=True)
class MixedSite:
    """Writes the site; the same seed writes the same site."""

    folder: Path
    scale: float = 1.0
    chance: random.Random = field(default_factory=lambda: random.Random(4))
    pages: list[MixedPage] = field(default_factory=list)

    def write(self) -> Sequence[MixedPage]:
        """Write every file and say what each page must hold."""
        for name, script in (("menu", MENU_SCRIPT), ("visits", VISITS_SCRIPT), ("view", VIEW_SCRIPT)):
            self._file(f"/js/{name}.js", script)
        for section, (static, scripted) in SECTIONS.items():
            kinds = [False] * round(static * self.scale) + [True] * round(scripted * self.scale)
            self.chance.shuffle(kinds)
            paths = [self._path(section, number) for number in range(1, len(kinds) + 1)]
            for number, (path, is_scripted) in enumerate(zip(paths, kinds, strict=True)):
                related = [paths[number - 1], paths[(number + 7) % len(paths)]]
                (self._scripted if is_scripted else self._static)(section, path, related)
            self._list(section, paths)
        self._list("", [f"/{section}/" for section in SECTIONS])
        return self.pages

    @staticmethod
    def _path(section: str, number: int) -> str:
        if section == "news":
            return f"/news/2026/{number % 12 + 1:02}/report-{number}.html"
        return f"/{section}/{section.removesuffix('s')}-{number}.html"

    def _static(self, section: str, path: str, related: Sequence[str]) -> None:
        page = self._page(path, is_scripted=False)
        # One page in eight says little, and says it without a script.
        length = self.chance.randint(1, 2) if self.chance.random() < 0.125 else self.chance.randint(5, 14)
        parts = [f"<p>{each}</p>" for each in self._paragraphs(length)]
        parts.insert(len(parts) // 2, f"<h2>About {section}</h2><p>{page.sentence}</p>")
        if self.chance.random() < 0.3:
            rows = "".join(f"<tr><td>{self._words(2)}</td><td>{self._words(1)}</td></tr>" for _ in range(6))
            parts.append(f"<table>{rows}</table>")
        title = self._words(4).capitalize()
        main = f"<main><article><h1>{title}</h1>{''.join(parts)}</article>{_aside(related)}</main>"
        self._file(path, _document(title, f"{NAVIGATION}{main}{FOOTER}{SCRIPTS}"))

    def _scripted(self, section: str, path: str, related: Sequence[str]) -> None:
        page = self._page(path, is_scripted=True)
        source = f"/data{path.removesuffix('.html')}.json"
        paragraphs = [page.sentence, *self._paragraphs(self.chance.randint(2, 8))]
        facts = {self._words(1): self._words(2) for _ in range(4)}
        title = self._words(4).capitalize()
        self._file(source, orjson.dumps({"title": title, "paragraphs": paragraphs, "facts": facts}).decode())
        view = '<script src="/js/view.js" defer></script>'
        if section == "orders":
            text = f"{SHELL.format(source=source)}{view}<noscript>Please enable JavaScript.</noscript>"
        else:
            text = f"{NAVIGATION}{HOLE.format(source=source)}{_aside(related)}{FOOTER}{SCRIPTS}{view}"
        self._file(path, _document("Northbank", text))

    def _list(self, section: str, paths: Sequence[str]) -> None:
        page = self._page(f"/{section}/" if section else "/", is_scripted=False)
        links = "".join(f'<li><a href="{path}">{self._words(3).capitalize()}</a></li>' for path in paths)
        title = section.capitalize() or "Northbank"
        main = f"<main><h1>{title}</h1><p>{page.sentence}</p><ul>{links}</ul></main>"
        self._file(f"{page.path}index.html", _document(title, f"{NAVIGATION}{main}{FOOTER}{SCRIPTS}"))

    def _page(self, path: str, *, is_scripted: bool) -> MixedPage:
        number = len(self.pages) + 1
        sentence = (
            f"The {self._words(1)} of this page bears mark N{number:04}-{self.chance.randrange(10**6):06}."
        )
        self.pages.append(MixedPage(path, sentence, is_scripted))
        return self.pages[-1]

    def _file(self, path: str, text: str) -> None:
        file = self.folder / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def _paragraphs(self, count: int) -> Iterator[str]:
        for _ in range(count):
            sentences = (self._words(self.chance.randint(6, 16)) for _ in range(self.chance.randint(2, 5)))
            yield " ".join(f"{sentence.capitalize()}." for sentence in sentences)

    def _words(self, count: int) -> str:
        return " ".join(self.chance.choices(WORDS, k=count))


def _aside(related: Sequence[str]) -> str:
    links = " ".join(f'<a href="{path}">See also</a>' for path in related)
    return f"<aside>{links}</aside>"


def _document(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{title}</title></head>\n<body>{body}</body></html>\n"
    )
