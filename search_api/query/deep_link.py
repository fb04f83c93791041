"""Links that open a document at the passage.

Web pages: the nearest anchor and a text fragment, ``#anchor:~:text=first words,last words`` (WICG *URL
Fragment Text Directives*, https://wicg.github.io/scroll-to-text-fragment/). A browser that does not know
text fragments, or finds the words no more, still goes to the anchor. PDF files: ``#page=N`` (RFC 8118).
Audio and video: ``#t=SECONDS`` (W3C *Media Fragments URI 1.0*).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit

from search_api.query.excerpt import sentences_from
from search_api.query.words import is_unspaced

_NEVER_IN_URLS: Final = re.compile(r"[\s\x00-\x1f]")
_EXACT_WORDS: Final = 10
"""Up to so many words are given whole; a longer sentence by its two ends, which makes a shorter link."""
_END_WORDS: Final = 4
_TELLING_WORDS: Final = 3
"""A sentence of fewer words ("Yes." "See also") is too likely to stand on the page twice."""
_UNSPACED_CHARACTERS: Final = 16


def safe_url(url: str) -> str | None:
    """The address when a person may be sent there: http or https with a host; else None."""
    if _NEVER_IN_URLS.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in {"http", "https"} and parts.netloc else None


def deep_link(
    url: str, *, kind: str, text: str, start: int = 0, anchor: str | None = None, page: int | None = None
) -> str | None:
    """`url` with the fragment that leads to the passage; None where `url` must not be linked.

    `kind` is the document's (page or file), `text` the passage, `start` the offset from which on a sentence
    is looked for, `anchor` the id of the nearest element above, `page` the page of a file from 1.
    """
    safe = safe_url(url)
    if safe is None:
        return None
    base, _, fragment = safe.partition("#")
    if kind == "file":
        if anchor is not None and anchor.startswith("t="):
            return f"{base}#{anchor}"
        is_pdf = urlsplit(base).path.lower().endswith(".pdf")
        return f"{base}#page={page}" if page is not None and is_pdf else safe
    # A script's route is where the page is: only the words can be looked for there, no anchor.
    route = fragment if fragment.startswith(("/", "!")) else ""
    element = route or (quote(anchor, safe="!$&'()*+,;=:@/?-._~") if anchor else "")
    directive = text_directive(text, start)
    if directive is None:
        return f"{base}#{element}" if element else safe
    return f"{base}#{element}:~:{directive}"


def text_directive(text: str, start: int = 0) -> str | None:
    """``text=…`` for the first telling sentence of `text` at or after `start`; None when there is none.

    Rows of tables are passed over: their cells are separate elements on the page, so that no run of words
    would be found.
    """
    for sentence in sentences_from(text, start):
        words = text[sentence.start : sentence.end].split()
        if "|" in words:
            continue
        if len(words) >= _TELLING_WORDS:
            return _directive(words)
        if is_unspaced(words[0]) and len(words[0]) >= _UNSPACED_CHARACTERS // 2:
            return f"text={_encode(words[0][:_UNSPACED_CHARACTERS])}"
    return None


def _directive(words: list[str]) -> str:
    if len(words) <= _EXACT_WORDS:
        return f"text={_encode(' '.join(words))}"
    return f"text={_encode(' '.join(words[:_END_WORDS]))},{_encode(' '.join(words[-_END_WORDS:]))}"


def _encode(words: str) -> str:
    """Percent-encoded, the characters with a meaning in a text directive (``&``, ``-``, ``,``) too."""
    return quote(words, safe="", errors="replace").replace("-", "%2D")
