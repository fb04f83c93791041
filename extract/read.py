"""The way into this room: any body, HTML or file, to a page that was understood or the reason why not."""

from __future__ import annotations

from collections.abc import Mapping

from extract.content_type import HTML, content_type_of
from extract.files.transcript import Transcript
from extract.html.read import read_html
from extract.page import Page, Unreadable
from extract.rules import ExtractionRules


def read(
    body: bytes,
    *,
    url: str,
    headers: Mapping[str, str],
    rules: ExtractionRules,
    content_type: str | None = None,
    link_text: str = "",
    transcript: Transcript | None = None,
) -> Page | Unreadable:
    """Read one body; never raises on what a server may send.

    `headers` have lower-case names; `content_type` is that of `content_type_of`, found here unless it is
    known; `link_text` is the text of a link that led here, the last resort for a
    title; `transcript` is what is said in audio or video.
    """
    content_type = content_type or content_type_of(body, headers.get("content-type", ""), url)
    if content_type in HTML:
        return read_html(
            body, url=url, content_type=content_type, headers=headers, rules=rules, link_text=link_text
        )
    from extract.files.read import read_file  # noqa: PLC0415 - a site without files never loads kreuzberg

    return read_file(
        body,
        url=url,
        content_type=content_type,
        headers=headers,
        rules=rules,
        link_text=link_text,
        transcript=transcript,
    )
