"""Where an answer leads without anybody doing anything: redirects, refreshes, forms that send themselves."""

from __future__ import annotations

import re
from typing import Final

from crawler.auth.pages.controls import attribute
from crawler.auth.pages.form_request import form_request
from crawler.auth.pages.forms import base_of, forms_of
from crawler.auth.pages.visited import Page, Request, exact_address
from crawler.fetch.answer import REDIRECTS, Answer, redirect_target

_KEEPS_METHOD: Final = frozenset({307, 308})
_REFRESH: Final = re.compile(r"^\s*([0-9.]*)\s*(?:[;,]\s*(?:url\s*=\s*)?['\"]?(.*?)['\"]?\s*)?$", re.I | re.S)
_SOON_SECONDS: Final = 10.0
_SENDS_ITSELF: Final = re.compile(r"\.submit\s*\(|\.click\s*\(", re.I)
_CARRIES: Final = frozenset(
    {"samlrequest", "samlresponse", "relaystate", "wresult", "id_token", "code", "samlart", "logintoken"}
)
_GOES: Final = re.compile(
    r"""\blocation(?:\.href)?\s*=\s*(["'])(?P<set>[^"']+)\1|"""
    r"""\blocation\.(?:replace|assign)\(\s*(["'])(?P<called>[^"']+)\3\s*\)"""
)
_LITTLE_SCRIPT: Final = 1_000
_LITTLE_TEXT: Final = 400


def onward(request: Request, answer: Answer) -> Page | Request:
    """The page that an answer brings, or the request that follows from it."""
    address = request.address
    if answer.status in REDIRECTS:
        target = redirect_target(answer, address.url)
        following = None if target is None else exact_address(target, address.url)
        if following is not None:
            if answer.status in _KEEPS_METHOD and request.method == "POST":
                return Request(following, "POST", request.fields, request.body, is_same_body=True)
            return Request(following)
    page = Page.of(address, answer)
    return _self_posting(page) or _refreshing(page) or _sent_by_script(page) or page


def _self_posting(page: Page) -> Request | None:
    """The form of a page that a script sends at once: SAML's POST binding, and its like."""
    scripts = " ".join(node.text() for node in page.tree.css("script"))
    body = page.tree.body
    handler = "" if body is None else attribute(body, "onload")
    sends_itself = bool(_SENDS_ITSELF.search(scripts + handler)) or "submit" in handler
    for form in forms_of(page.tree, page.address.url):
        typed = [c for c in form.controls if not c.is_button and c.type != "hidden"]
        names = {c.name.lower() for c in form.controls}
        if typed or not form.is_element or not names:
            continue
        if not (names & _CARRIES) and not (
            sends_itself and len(page.text) < _LITTLE_TEXT and form.method == "POST"
        ):
            continue
        button = next((b for b in form.buttons if b.type == "submit"), None)
        if sends_itself or form.destination(button)[1] == "POST":
            return form_request(page, form, form.entries({}, button), button)
    return None


def _refreshing(page: Page) -> Request | None:
    for node in page.tree.css("meta[http-equiv]"):
        found = _REFRESH.match(attribute(node, "content"))
        if attribute(node, "http-equiv").lower() != "refresh" or found is None or not found[2]:
            continue
        inside_noscript = node.parent is not None and node.parent.tag == "noscript"
        if not inside_noscript and _seconds(found[1]) <= _SOON_SECONDS:
            return _elsewhere(page, found[2])
    return None


def _sent_by_script(page: Page) -> Request | None:
    """Where the one short script of a page without anything else leads."""
    if page.tree.css_first("input, button, select") is not None or len(page.text) > _LITTLE_TEXT:
        return None
    scripts = [node for node in page.tree.css("script") if "src" not in node.attributes]
    text = " ".join(node.text() for node in scripts)
    targets = {found["set"] or found["called"] for found in _GOES.finditer(text)}
    if len(text) > _LITTLE_SCRIPT or len(targets) != 1:
        return None
    target = targets.pop().replace("\\/", "/").replace("\\u0026", "&").replace("\\x26", "&")
    return None if "\\" in target else _elsewhere(page, target)


def _elsewhere(page: Page, target: str) -> Request | None:
    address = exact_address(target, base_of(page.tree, page.address.url))
    return Request(address) if address is not None and address.url != page.address.url else None


def _seconds(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:  # "0.0.1"
        return 0.0
