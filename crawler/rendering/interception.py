"""A request that a page made and that waits for us, and what it is answered with. Pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from crawler.outcome import HtmlFetched
from crawler.rendering.interfaces import Answered, PageRequest
from crawler.rendering.page_headers import cookies_for_scripts

_OF_THE_TRANSFER: Final = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "keep-alive",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""They describe bytes that went over the wire: the page gets a body that is decoded already."""
_NOT_FOR_A_DOCUMENT: Final = frozenset(
    {
        "clear-site-data",  # other pages of the session need it
        "content-disposition",  # what HTTP brought is HTML, and is to be shown
        "nel",
        "report-to",
        "reporting-endpoints",
        "set-cookie",  # joined by commas, and the session's are the connector's
        "strict-transport-security",
    }
)
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NOT_IN_A_VALUE: Final = re.compile(r"[\x00\r\n]")
_FILE: Final = re.compile(
    r"\.(?:7z|apk|avi|bz2|csv|deb|dmg|docx?|epub|exe|gz|iso|jar|mp[34]|msi|od[spt]|pdf|pptx?|rar|rpm|rtf|tar|tgz"
    r"|xlsx?|xz|zip)$",
    re.IGNORECASE,
)
_SANDBOX: Final = re.compile(r"(?:(?<=^)|(?<=[;,]))\s*sandbox\b[^;,]*;?", re.IGNORECASE)
HISTORY: Final = "historyDifferentDocument"
"""How DevTools calls a navigation back or forth in the history of the page."""


@dataclass(frozen=True, slots=True)
class Paused:
    """A request that waits. `session` is the page's, or that of a frame with a process of its own.

    `navigation` is DevTools' word for what a main document's navigation is (`HISTORY`, ``reload`` …).
    """

    id: str
    session: str
    request: PageRequest
    navigation: str = ""


def paused_request(
    parameters: Mapping[str, Any], session: str, main_frame: str, page: str, navigation: str
) -> Paused:
    """What `Fetch.requestPaused` tells, of a page whose address is `page`."""
    asked = parameters["request"]
    kind = parameters["resourceType"]
    is_main = kind == "Document" and parameters.get("frameId") == main_frame
    request = PageRequest(
        method=asked["method"],
        url=asked["url"],
        resource_type=kind,
        headers={name.lower(): value for name, value in asked["headers"].items()},
        is_main_document=is_main,
        page=page,
    )
    return Paused(parameters["requestId"], session, request, navigation if is_main else "")


def fulfilment(paused: Paused, answer: Answered) -> Mapping[str, Any]:
    """The parameters of `Fetch.fulfillRequest`."""
    headers = [
        {"name": name, "value": _NOT_IN_A_VALUE.sub(" ", value)}
        for name, value in answer.headers
        if name.lower() not in _OF_THE_TRANSFER and _HEADER_NAME.fullmatch(name)
    ]
    return {
        "requestId": paused.id,
        "responseCode": answer.status,
        "responseHeaders": headers,
        "body": base64.b64encode(answer.body).decode("ascii"),
    }


def document_answer(document: HtmlFetched, body: bytes) -> Answered:
    """What HTTP brought, for the page as its main document.

    The page's policy (CSP) goes along and holds for its scripts; ours run in a world of their own. A sandbox
    without scripts would still them too.
    """
    headers = [
        *(
            (name, _SANDBOX.sub("", value) if name == "content-security-policy" else value)
            for name, value in document.headers.items()
            if name not in _NOT_FOR_A_DOCUMENT
        ),
        *(() if "content-type" in document.headers else (("content-type", document.content_type),)),
        *cookies_for_scripts(document.headers.get("set-cookie", "")),
    ]
    return Answered(document.status, headers, body)


def is_preflight(request: PageRequest) -> bool:
    """Whether CORS asks for leave (Fetch standard, 4.8): it is answered here and never leaves."""
    return request.method == "OPTIONS" and "access-control-request-method" in request.headers


def preflight_answer(request: PageRequest) -> Answered:
    """Leave for GET and HEAD: whether the answer may be read is for that answer's own headers to say."""
    headers = [
        ("access-control-allow-origin", request.headers.get("origin", "*")),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "GET, HEAD"),
        ("access-control-allow-headers", request.headers.get("access-control-request-headers", "")),
        ("access-control-max-age", "600"),
    ]
    return Answered(204, [(name, value) for name, value in headers if value], b"")


def without_fragment(url: str) -> str:
    """The address as it is asked for."""
    return url.partition("#")[0]


def is_download(request: PageRequest) -> bool:
    """Whether a navigation is a click on ``<a download>``: all others say that they want a page."""
    return "upgrade-insecure-requests" not in request.headers


def is_file(url: str) -> bool:
    """Whether an address says that no page is behind it: a page that sends us there offers a download."""
    return bool(_FILE.search(without_fragment(url).partition("?")[0]))


def is_json(headers: Iterable[tuple[str, str]]) -> bool:
    """Whether an answer's type is JSON (``application/json``, ``application/hal+json``)."""
    kinds = (value for name, value in headers if name.lower() == "content-type")
    return any(kind.partition(";")[0].strip().lower().endswith(("/json", "+json")) for kind in kinds)
