"""The documents of a page as HTML that says what can be seen: pure form finders read no style sheets."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from playwright.async_api import Error, Frame, Page
from selectolax.lexbor import LexborHTMLParser

READ_SECONDS: Final = 5.0
_MAX_FRAMES: Final = 12
_SERIALISE: Final = """() => {
  const wanted = 'form, input, button, select, textarea, a, dialog, [role], [aria-modal], [id], [class]';
  const copy = document.documentElement.cloneNode(true);
  const copies = [copy, ...copy.querySelectorAll('*')];
  const originals = [document.documentElement, ...document.documentElement.querySelectorAll('*')];
  originals.forEach((original, number) => {
    const twin = copies[number];
    if (original.matches(wanted) && !original.checkVisibility({visibilityProperty: true}))
      twin.setAttribute('hidden', '');
    if (original.matches('input:not([type=password], [type=checkbox], [type=radio])') && original.value)
      twin.setAttribute('value', original.value);
  });
  return {url: document.URL, html: '<!doctype html>' + copy.outerHTML};
}"""


@dataclass(frozen=True, slots=True)
class Dom:
    """The document of a frame. In its tree, what is not rendered has the attribute ``hidden``."""

    frame: Frame
    url: str
    tree: LexborHTMLParser


async def read_dom(frame: Frame) -> Dom | None:
    """The frame's document; None where there is none now: it navigates, was removed, or never pauses."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            read = await frame.evaluate(_SERIALISE)
    except (Error, TimeoutError):
        return None
    url = read["url"] if read["url"].startswith(("http://", "https://")) else frame.page.url
    return Dom(frame, url, LexborHTMLParser(read["html"]))


async def read_doms(page: Page) -> list[Dom]:
    """The documents of a page and its frames, the page's own first."""
    frames = [page.main_frame, *(frame for frame in page.frames if frame is not page.main_frame)]
    read = [await read_dom(frame) for frame in frames[:_MAX_FRAMES]]
    return [dom for dom in read if dom is not None]
