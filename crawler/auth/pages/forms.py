"""Forms as they are sent: where to, how, and with which names and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalog.canonical_url import standard_href
from crawler.auth.pages.controls import Control, Owned, attribute, controls_of, is_visible, text_of
from crawler.auth.pages.form_words import flattened
from crawler.auth.pages.xpaths import XPaths
from extract.encoding_labels import encoding_of

URL_ENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
_SCRIPT_ATTRIBUTES: Final = (
    "ng-submit",
    "data-ng-submit",
    "(ngsubmit)",
    "@submit",
    "@submit.prevent",
    "v-on:submit",
)

Entries = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PageForm:
    """One form of a page, or the controls that stand in none (`is_element` False).

    `action` is absolute; the page's own address where the form names none, None where it is no address
    (``javascript:``). `handler` is the script that a submission runs first. `words` are the form's own names,
    headings and legends, flattened. `encoding` is Python's name of the ``accept-charset``, if it names one.
    """

    action: str | None
    method: str
    enctype: str
    controls: tuple[Control, ...]
    words: str
    text: str
    handler: str = ""
    is_element: bool = True
    names_action: bool = True
    is_visible: bool = True
    xpath: str = ""
    page: str = ""
    encoding: str = ""

    @property
    def buttons(self) -> tuple[Control, ...]:
        """What can be pressed, in the order of the page."""
        return tuple(control for control in self.controls if control.is_button and not control.is_disabled)

    @property
    def text_fields(self) -> tuple[Control, ...]:
        """The visible one-line fields into which a user name or a code could be typed."""
        return tuple(c for c in self.controls if c.is_text and c.is_visible and not c.is_disabled)

    @property
    def passwords(self) -> tuple[Control, ...]:
        """The password fields, hidden ones too."""
        return tuple(c for c in self.controls if c.type == "password" and not c.is_disabled)

    def destination(self, button: Control | None) -> tuple[str | None, str, str]:
        """Address, method and encoding as the button that is pressed has them (HTML standard, 4.10.19.6)."""
        action, method, enctype = button.sends_to if button else (None, None, None)
        target = _action(action, self.page, self.page) if action else self.action
        return target, _method(method or self.method), _enctype(enctype or self.enctype)

    def entries(self, typed: Mapping[str, str], button: Control | None) -> Entries:
        """What is sent (HTML standard, 4.10.22.4): `typed` holds values by the XPath of their control."""
        entries: list[tuple[str, str]] = []
        for control in self.controls:
            if control.is_button:
                if control is button and control.type != "button":
                    entries += _of_button(control)
            elif control.name and not control.is_disabled and control.type != "file":
                value = typed.get(control.xpath)
                if value is None and control.type in {"checkbox", "radio"} and not control.is_checked:
                    continue
                entries.append((control.name, control.value if value is None else value))
        return tuple(entries)

    def __repr__(self) -> str:
        return f"PageForm({self.method} {self.xpath or 'no element'}, {len(self.controls)} controls)"


def forms_of(tree: LexborHTMLParser, url: str) -> list[PageForm]:
    """The forms of a page in its order, then the controls that stand in none."""
    base = base_of(tree, url)
    xpaths = XPaths(tree)
    by_form: dict[int | None, list[Owned]] = {}
    for owned in controls_of(tree, xpaths):
        by_form.setdefault(None if owned.form is None else owned.form.mem_id, []).append(owned)
    forms = [_form(node, by_form.get(node.mem_id, []), base, url, xpaths) for node in tree.css("form")]
    if loose := by_form.get(None):
        controls = tuple(owned.control for owned in loose)
        forms.append(PageForm(None, "GET", URL_ENCODED, controls, "", "", is_element=False, page=base))
    return forms


def base_of(tree: LexborHTMLParser, url: str) -> str:
    """The address that a page's relative links start from."""
    stated = tree.css_first("base[href]")
    return url if stated is None else standard_href(attribute(stated, "href"), url) or url


def _form(node: LexborNode, owned: list[Owned], base: str, url: str, xpaths: XPaths) -> PageForm:
    stated = attribute(node, "action").strip()
    names = [attribute(node, name) for name in ("id", "name", "class", "action", "aria-label", "role")]
    headings = [text_of(heading) for heading in node.css("legend, h1, h2, h3")[:3]]
    handlers = [attribute(node, "onsubmit")]
    handlers += [name for name in _SCRIPT_ATTRIBUTES if name in node.attributes]
    return PageForm(
        action=_action(stated, base, url),
        method=_method(attribute(node, "method")),
        enctype=_enctype(attribute(node, "enctype")),
        controls=tuple(each.control for each in owned),
        words=flattened(*names, *headings),
        text=text_of(node, 1_000),
        handler=next((handler for handler in handlers if handler), ""),
        names_action=bool(stated) and stated != "#",
        is_visible=is_visible(node),
        xpath=xpaths.of(node),
        page=base,
        encoding=encoding_of(attribute(node, "accept-charset").encode("ascii", "replace")) or "",
    )


def _action(stated: str, base: str, url: str) -> str | None:
    target = standard_href(stated, base) if stated else url
    return target if target is not None and target.startswith(("http://", "https://")) else None


def _method(stated: str) -> str:
    return "POST" if stated.strip().lower() == "post" else "GET"


def _enctype(stated: str) -> str:
    return MULTIPART if stated.strip().lower() == MULTIPART else URL_ENCODED


def _of_button(button: Control) -> list[tuple[str, str]]:
    if button.type == "image":
        prefix = f"{button.name}." if button.name else ""
        return [(f"{prefix}x", "0"), (f"{prefix}y", "0")]
    return [(button.name, button.value)] if button.name else []
