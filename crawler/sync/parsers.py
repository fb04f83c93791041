"""Who reads a body: pages are read in some processes, files in others, which start with the first file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from crawler.sync.parser_kind import FILES, PAGES, ParserKind
from crawler.sync.parser_pool import ParserPool
from crawler.sync.reading import Job, Reading, ReadJob
from crawler.sync.reading_rules import ReadingRules
from crawler.sync.started_parser import StartedParser, most_parsers
from extract.content_type import is_parsed_as_file

MOST_FILE_PARSERS: Final = 4
"""Files that are parsed at a time, each with its own 2 GiB at most; fewer where there are fewer cores."""


class Parsers:
    """A file that takes long, or kills its parser, holds up no page; a site without files pays for none.

    `started` are processes for pages that run already.
    """

    def __init__(
        self, started: Sequence[StartedParser] = (), *, pages: ParserKind = PAGES, files: ParserKind = FILES
    ) -> None:
        self.pages = ParserPool(started, size=most_parsers(), kind=pages)
        self.files = ParserPool((), size=min(MOST_FILE_PARSERS, most_parsers()), kind=files)

    async def read(self, job: Job) -> Reading:
        """Have a body read; bad input is an answer like any other."""
        return await (self.files if self._is_file(job) else self.pages).read(job)

    def use(self, connector_id: int, rules: ReadingRules) -> None:
        """Change a connector's rules for the jobs that come after."""
        self.pages.use(connector_id, rules)
        self.files.use(connector_id, rules)

    async def close(self) -> None:
        """End the processes; jobs that still wait are cancelled."""
        await self.files.close()
        await self.pages.close()

    def _is_file(self, job: Job) -> bool:
        if not isinstance(job, ReadJob) or job.transcript is not None:
            return False
        rules = self.pages.rules.get(job.connector_id)
        if rules is None or not rules.links.attachments:
            return False  # what is refused unread needs no process of its own
        header = job.headers.get("content-type", "")
        return is_parsed_as_file(job.body, header, job.url, ocr=rules.extraction.ocr)
