"""The controls of a page's forms: what each is called, holds and says, and which form owns it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.auth.pages.form_words import flattened
from crawler.auth.pages.xpaths import XPaths

BUTTONS: Final = frozenset({"submit", "image", "button", "reset"})
_TEXT_TYPES: Final = frozenset({"text", "email", "tel", "url", "number"})
_OTHER_TYPES: Final = BUTTONS | {
    "password", "hidden", "search", "checkbox", "radio", "file", "color", "date", "datetime-local", "month",
    "week", "time", "range",
}  # fmt: skip
_INVISIBLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_MAX_LABEL: Final = 200
_TABLE_PARTS: Final = frozenset({"table", "tbody", "thead", "tr"})


@dataclass(frozen=True, slots=True)
class Control:
    """An input, button, select or text area.

    `type` is the HTML type of an input or button, or ``select`` and ``textarea``. `names` holds its name and
    id, `label` what people read beside it, both flattened. `value` is what is sent when nothing is typed.
    `takes` are the tokens of its ``autocomplete``. `sends_to` are a button's ``formaction``, ``formmethod``
    and ``formenctype``.
    """

    type: str
    name: str
    value: str
    names: str
    label: str
    xpath: str
    takes: frozenset[str] = frozenset()
    options: tuple[str, ...] = ()
    is_visible: bool = True
    is_required: bool = False
    is_checked: bool = False
    is_readonly: bool = False
    is_disabled: bool = False
    max_length: int | None = None
    handler: str = ""
    sends_to: tuple[str | None, str | None, str | None] = (None, None, None)

    @property
    def is_text(self) -> bool:
        """Whether a user name or a code could be typed into it."""
        return self.type in _TEXT_TYPES

    @property
    def is_button(self) -> bool:
        """Whether it is pressed rather than filled."""
        return self.type in BUTTONS

    @property
    def words(self) -> str:
        """All by which it is known: names and label."""
        return f"{self.names} {self.label}"

    def __repr__(self) -> str:
        return f"Control({self.type} {self.xpath})"


@dataclass(frozen=True, slots=True)
class Owned:
    """A control with its element and the element of the form that sends it, None where it stands in none."""

    control: Control
    node: LexborNode
    form: LexborNode | None


def controls_of(tree: LexborHTMLParser, xpaths: XPaths) -> list[Owned]:
    """All controls of a page in its order; those in ``<template>`` are not part of it."""
    owners = _Owners(tree)
    labels = _Labels(tree)
    found: list[Owned] = []
    for node in tree.css("form, input, button, select, textarea"):
        if node.tag == "form":
            owners.passed(node)
        elif (control := _control(node, labels, xpaths)) is not None:
            found.append(Owned(control, node, owners.of(node)))
    return found


def attribute(node: LexborNode, name: str) -> str:
    """An attribute's value; ``""`` where it is absent or has none."""
    return node.attributes.get(name) or ""


def is_visible(node: LexborNode) -> bool:
    """Whether neither the element nor one around it is hidden by its attributes (no style sheet is read)."""
    here: LexborNode | None = node
    while here is not None and here.is_element_node:
        attributes = here.attributes
        if "hidden" in attributes or attributes.get("aria-hidden") == "true":
            return False
        style = attributes.get("style")
        if style and _INVISIBLE.search(style):
            return False
        here = here.parent
    return True


def text_of(node: LexborNode, limit: int = _MAX_LABEL) -> str:
    """The text under an element in one line, without scripts, cut at `limit` characters."""
    pieces: list[str] = []
    length = 0
    for inner in node.traverse(include_text=True):
        if length > limit:
            break
        if inner.is_text_node and (inner.parent is None or inner.parent.tag not in {"script", "style"}):
            piece = inner.text_content or ""
            pieces.append(piece)
            length += len(piece)
    return " ".join(" ".join(pieces).split())[:limit]


def _control(node: LexborNode, labels: _Labels, xpaths: XPaths) -> Control | None:
    attributes = node.attributes
    kind = _type(node)
    name, identity = attribute(node, "name"), attribute(node, "id")
    value, options = _value(node, kind)
    length = attribute(node, "maxlength")
    return Control(
        type=kind,
        name=name,
        value=value,
        names=flattened(name, identity),
        label=flattened(labels.of(node, kind)),
        xpath=xpaths.of(node),
        takes=frozenset(attribute(node, "autocomplete").lower().split()),
        options=options,
        is_visible=kind != "hidden" and is_visible(node),
        is_required="required" in attributes or attributes.get("aria-required") == "true",
        is_checked="checked" in attributes,
        is_readonly="readonly" in attributes,
        is_disabled="disabled" in attributes,
        max_length=int(length) if length.isascii() and length.isdigit() and len(length) < 6 else None,
        handler=attribute(node, "onclick"),
        sends_to=(attributes.get("formaction"), attributes.get("formmethod"), attributes.get("formenctype")),
    )


def _type(node: LexborNode) -> str:
    if node.tag in {"select", "textarea"}:
        return str(node.tag)
    stated = attribute(node, "type").strip().lower()
    if node.tag == "button":
        return stated if stated in {"button", "reset"} else "submit"
    return stated if stated in _OTHER_TYPES or stated in _TEXT_TYPES else "text"


def _value(node: LexborNode, kind: str) -> tuple[str, tuple[str, ...]]:
    """What is sent when nothing is changed, and the values that a select offers."""
    if kind == "textarea":
        return node.text_content or "", ()
    if kind != "select":
        default = "on" if kind in {"checkbox", "radio"} else ""
        value = node.attributes.get("value", default)
        return value or "", ()
    options = node.css("option")
    values = tuple(
        (option.attributes["value"] or "") if "value" in option.attributes else text_of(option)
        for option in options
    )
    chosen = [number for number, option in enumerate(options) if "selected" in option.attributes]
    return (values[chosen[-1] if chosen else 0] if values else ""), values


class _Owners:
    """Which form sends a control (HTML standard, 4.10.17.3)."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._by_id = {attribute(node, "id"): node for node in reversed(tree.css("form[id]"))}
        self._torn: LexborNode | None = None

    def passed(self, form: LexborNode) -> None:
        """A form between table and row is closed at once by the parser, but goes on owning what follows."""
        parent = form.parent
        torn = parent is not None and parent.tag in _TABLE_PARTS and form.css_first("input, button") is None
        self._torn = form if torn else None

    def of(self, node: LexborNode) -> LexborNode | None:
        if "form" in node.attributes:
            return self._by_id.get(attribute(node, "form"))
        parent = node.parent
        while parent is not None:
            if parent.tag == "form":
                return parent
            parent = parent.parent
        return self._torn


class _Labels:
    """What people read beside a control."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._for: dict[str, str] = {}
        self._by_id: dict[str, LexborNode] = {}
        for label in tree.css("label[for]"):
            self._for.setdefault(attribute(label, "for"), text_of(label))
        wanted = {
            name
            for node in tree.css("[aria-labelledby]")
            for name in attribute(node, "aria-labelledby").split()
        }
        if wanted:
            for node in tree.css("[id]"):
                if attribute(node, "id") in wanted:
                    self._by_id.setdefault(attribute(node, "id"), node)

    def of(self, node: LexborNode, kind: str) -> str:
        named = [
            self._by_id[name] for name in attribute(node, "aria-labelledby").split() if name in self._by_id
        ]
        texts = [text_of(other) for other in named]
        texts += [attribute(node, name) for name in ("aria-label", "placeholder", "title")]
        if kind in BUTTONS:
            texts += [
                text_of(node) if node.tag == "button" else attribute(node, "value"),
                attribute(node, "alt"),
            ]
        elif identity := attribute(node, "id"):
            texts.append(self._for.get(identity, ""))
        if kind not in BUTTONS and kind != "hidden" and not any(texts):
            texts.append(_beside(node))
        return " ".join(dict.fromkeys(text for text in texts if text))[:_MAX_LABEL]


def _beside(node: LexborNode) -> str:
    """The label around a control, else the text before it in its paragraph, cell or row."""
    here: LexborNode | None = node
    for _ in range(4):
        if here is None or here.tag in {"form", "body", "table"}:
            break
        if here.tag == "label":
            return text_of(here)
        before = here.prev
        while before is not None:
            if before.is_element_node and (before.tag == "input" or before.css_first("input") is not None):
                return ""  # that text belongs to another control
            if text := text_of(before):
                return text
            before = before.prev
        here = here.parent
    return ""
