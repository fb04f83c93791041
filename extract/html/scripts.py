"""The scripts of a page that could write its content: no data, no trackers, no snippets too small for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborNode

# A JavaScript MIME type or `module` (WHATWG HTML, "script", type), and what compilers in the browser take.
_EXECUTED: Final = re.compile(
    r"module|(?:text|application)/(?:x-)?(?:java|ecma|live|j)script[\d.]*(?:;.*)?|text/(?:babel|jsx|typescript)",
    re.IGNORECASE,
)
_TRACKERS: Final = re.compile(
    r"google-?analytics|googletagmanager|googlesyndication|googleadservices|doubleclick|gtag/js|/gtm\.js|"
    r"adsbygoogle|matomo|piwik|plausible\.|umami|hotjar|segment\.(?:com|io)|mixpanel|amplitude|clarity\.ms|"
    r"cloudflareinsights|newrelic|nr-data|bugsnag|sentry|datadog|rollbar|fbevents|facebook\.net|connect\.facebook|"
    r"platform\.twitter|platform\.linkedin|addthis|sharethis|cookiebot|onetrust|usercentrics|cookieconsent|"
    r"iubenda|quantserve|scorecardresearch|statcounter|chartbeat|omtrdc|adobedtm|hs-scripts|hs-analytics|"
    r"intercom|recaptcha|hcaptcha|turnstile|speedcurve|pingdom|yandex.{0,12}metrika|mc\.yandex|baidu\.com/hm",
    re.IGNORECASE,
)
_TRACKING_SNIPPETS: Final = (
    "gtag(",
    "dataLayer",
    "_gaq",
    "GoogleAnalyticsObject",
    "_paq",
    "fbq(",
    "_hsq",
    "NREUM",
)
# What an inline script says that writes or asks a server; long ones may hide it.
_WRITING: Final = ("HTML", "createElement", "document.write", "append", "Text")
_ASKING: Final = ("fetch(", "XMLHttpRequest", "ajax", "getJSON", "axios", "import")
_OTHERWISE_ABLE: Final = (
    "insertAdjacent", "replace", ".html(", ".text(", ".load(", "$.get", "EventSource", "WebSocket",
    "createApp", "Vue", "React", "render", "mount", "bootstrap", "init", "require", "start", "location",
    "history.", "navigate",
)  # fmt: skip
_SHORT: Final = 400
"""Characters up to which an inline script that says none of it is taken to write nothing."""
_READ: Final = 4_000
"""Characters of an inline script that are looked at; the rest is data as a rule."""
_BUILD_MARK: Final = re.compile(
    r"(?<=[-._~])(?=[A-Za-z_]*\d|[a-z]*[A-Z])[A-Za-z0-9_]{8,}(?=[.-])|[0-9a-f]{8,}|\d+(?:\.\d+)*"
)


def scripts_of(
    scripts: Iterable[tuple[LexborNode, Mapping[str, str | None]]], body: LexborNode | None
) -> list[str]:
    """A name for each script that could write content, in order; the same one on each page of a template.

    Numbers, hashes of builds and folders are left out of it; an inline script goes by what it could do.
    """
    names = []
    for node, attributes in scripts:
        kind = attributes.get("type")
        if kind and not _EXECUTED.fullmatch(kind.strip()):
            continue
        source = attributes.get("src")
        name = _name_of(source) if source else _inline_name(node.text()[:_READ])
        if name:
            names.append(name)
    if body is not None and body.attributes.get("onload"):
        names.append("onload")
    return names


@lru_cache(maxsize=4096)
def _name_of(source: str) -> str:
    """The last folder and the file; empty for a tracker. Cached, since a site repeats its templates."""
    if _TRACKERS.search(source):
        return ""
    path = source.partition("#")[0].partition("?")[0]
    return _BUILD_MARK.sub("*", "/".join(path.rstrip("/").split("/")[-2:]))


@lru_cache(maxsize=1024)
def _inline_name(text: str) -> str:
    if len(text) < _READ and any(map(text.__contains__, _TRACKING_SNIPPETS)):
        return ""
    writes = any(map(text.__contains__, _WRITING))
    asks = any(map(text.__contains__, _ASKING))
    if not (writes or asks or len(text) > _SHORT or any(map(text.__contains__, _OTHERWISE_ABLE))):
        return ""
    return f"inline{' writes' if writes else ''}{' asks' if asks else ''}"
