"""What a visit finds besides the page: addresses that only scripts know, and caps that were hit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from crawler.rendering.interception import is_json
from crawler.rendering.interfaces import Answered, PageRequest
from crawler.rendering.page_scripts import noted_link
from crawler.rendering.script_links import links_in_json

_MOST_LINKS: Final = 5_000
_MOST_NOTES: Final = 20
_DATA: Final = frozenset({"XHR", "Fetch"})


class Findings:
    """Links and notes, each once, in order."""

    def __init__(self) -> None:
        self._links: dict[str, None] = {}
        self._notes: dict[str, None] = {}

    @property
    def links(self) -> tuple[str, ...]:
        """Absolute addresses, at most 5,000."""
        return tuple(self._links)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for people."""
        return tuple(self._notes)

    def add_links(self, links: Iterable[str]) -> None:
        """Add what a browser could open."""
        for link in links:
            if len(self._links) >= _MOST_LINKS:
                return
            if link.startswith(("http://", "https://")):
                self._links[link] = None

    def add_notes(self, notes: Iterable[str]) -> None:
        """Add what people should know."""
        for note in notes:
            if len(self._notes) < _MOST_NOTES:
                self._notes[note] = None

    def hear(self, note: str) -> None:
        """Take what the page's own world tells: a link perhaps, forged perhaps."""
        if (link := noted_link(note)) is not None:
            self.add_links([link])

    def look_into(self, request: PageRequest, answer: Answered) -> None:
        """Take the links of JSON that the page fetched."""
        if request.resource_type in _DATA and answer.status == 200 and is_json(answer.headers):
            self.add_links(links_in_json(answer.body, request.page, data_urls=(request.url,)))
