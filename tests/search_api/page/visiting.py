"""A real Chromium on the pages, and what is checked of every page in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from playwright.sync_api import Browser, Page

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
SHELL = "/usr/bin/chromium-headless-shell"
"""As Chromium, without what a page shown to nobody has no use for: half the processor time."""


@contextmanager
def visiting(browser: Browser, address: str, expected: str | None = None) -> Iterator[Page]:
    """A desktop page. What it complains of in the console fails the test, unless it is `expected`."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 820})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    unexpected = [text for text in complaints if "status of 422" not in text]
    assert [text for text in unexpected if expected is None or expected not in text] == []


def resized(page: Page, width: int, scheme: Any = "light") -> None:
    page.set_viewport_size({"width": width, "height": 820})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")


def violations(page: Page) -> list[str]:
    """What axe finds wrong, all its rules on."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


def overlaps(page: Page) -> list[str]:
    """Pairs of the page's main parts, or of neighbouring results, of which one covers the other."""
    return list(
        page.evaluate(
            """() => {
              const visible = (selector) => [...document.querySelectorAll(selector)]
                .filter((element) => element.checkVisibility());
              const groups = [
                visible("header .brand, header form"),
                visible(".filters, section.found"),
                visible(".results > li"),
                visible(".bar > *, .chosen > li"),
                visible(".result > *"),
                visible(".choice, .filters h2"),
              ];
              const covers = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
                && a.top < b.bottom - 1 && b.top < a.bottom - 1;
              const nested = (a, b) => a.contains(b) || b.contains(a);
              const pairs = [];
              for (const group of groups)
                for (const [index, first] of group.entries())
                  for (const second of group.slice(index + 1))
                    if (!nested(first, second)
                        && covers(first.getBoundingClientRect(), second.getBoundingClientRect()))
                      pairs.push(first.outerHTML.slice(0, 80) + " / " + second.outerHTML.slice(0, 80));
              return pairs;
            }"""
        )
    )


def narrow_targets(page: Page) -> list[str]:
    """On a phone: what can be touched and is less than 44 px high (links inside sentences aside)."""
    if page.viewport_size is None or page.viewport_size["width"] > 600:
        return []
    return list(
        page.evaluate(
            """() => [...document.querySelectorAll("a, button, summary, input[type=search]")]
              .filter((element) => element.checkVisibility() && !element.closest("p, .skip, .state li"))
              .filter((element) => !element.matches(".title, .skip"))
              .filter((element) => element.getBoundingClientRect().height < 43.5)
              .map((element) => element.outerHTML.slice(0, 120))"""
        )
    )
