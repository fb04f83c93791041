"""A page that stands while the rules of reading changed: read from the body that the catalog keeps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import Connection

from catalog.bodies import BodyStore
from catalog.kept import KeptCopy, read_kept
from catalog.task import FetchTask
from crawler.fetch.content_type import effective_type, is_html
from crawler.outcome import FileFetched, HtmlFetched, NotModified
from crawler.sync.reading_rules import ReadingRules

_VALIDATORS: Final = ("etag", "last-modified")

AskCatalog = Callable[[Callable[[Connection], KeptCopy | None]], Awaitable[KeptCopy | None]]


@dataclass(frozen=True, slots=True)
class Rereading:
    """Finds what is to be read again; `bodies` is None where none are kept."""

    ask_catalog: AskCatalog
    bodies: BodyStore | None

    async def answer(
        self, task: FetchTask, outcome: NotModified, rules: ReadingRules
    ) -> HtmlFetched | FileFetched | None:
        """What the server would have sent but for the validators; None where it has to be asked for that."""
        if self.bodies is None:
            return None
        kept = await self.ask_catalog(partial(_kept, self.bodies, task.url_id))
        if kept is None or not rules.mapped_headers <= kept.headers.keys():
            return None
        return answer_again(task, outcome, kept, rules)


def answer_again(
    task: FetchTask, outcome: NotModified, kept: KeptCopy, rules: ReadingRules
) -> HtmlFetched | FileFetched:
    """The kept answer with what a 304 says anew of its headers (RFC 9111 section 4.3.4)."""
    validators = zip(_VALIDATORS, (task.etag, task.last_modified), strict=True)
    headers: Mapping[str, str] = {
        **{name: value for name, value in validators if value is not None},
        **kept.headers,
        **{
            name: value
            for name, value in outcome.headers.items()
            if name in _VALIDATORS or (name in rules.header_names and name != "content-type")
        },
    }
    content_type = effective_type(headers.get("content-type", ""), kept.body)
    kind = HtmlFetched if is_html(content_type) else FileFetched
    return kind(kept.body, 304, content_type, headers, outcome.milliseconds)


def _kept(bodies: BodyStore, url_id: int, connection: Connection) -> KeptCopy | None:
    return read_kept(connection, bodies, url_id)
