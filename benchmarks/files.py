"""Files: strings found of those that must be, and how fast each format is read.

    python -m benchmarks.files

The documents of `../shared/suites/documents` (microsoft/markitdown) are read, then files of each format
for a quarter of a second of processor time: of the suite where it has some, and larger ones made here.
Megabytes are those of the files, which are packed in DOCX, PPTX, XLSX, ODT and EPUB.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import openpyxl

from benchmarks.report import Figure, print_figure
from crawler.rules.filters import PatternList
from crawler.rules.link_rules import LinkRules
from crawler.rules.scope import Scope
from crawler.sync.parsers import Parsers
from crawler.sync.reading import ReadJob
from crawler.sync.reading_rules import ReadingRules
from extract.page import Page
from extract.read import read
from extract.rules import DEFAULT_RULES
from settings.scope import Follow
from tests.support.documents import Case, cases
from tests.support.made_files import mail, open_document, pdf, rich_text, word

SECONDS: Final = 0.25
PARAGRAPH: Final = "The crane lifts ninety tons, and the harbour is open on Sundays from nine to five. " * 6
PARAGRAPHS: Final = [f"{number}. {PARAGRAPH}" for number in range(400)]
COLUMNS: Final = ("Number", "City", "Orders", "Remark")
ROWS: Final = [(str(n), f"City {n % 50}", str(n * 7), "on time") for n in range(8_000)]

Named = tuple[str, bytes]


def main() -> None:
    """Print the figures."""
    suite = [case for case in cases() if case.path.suffix != ".html"]
    if suite:
        for figure in strings_found(suite):
            print_figure(figure)
    by_format: dict[str, list[Named]] = defaultdict(list)
    for name, body in [*((case.path.name, case.path.read_bytes()) for case in suite), *made()]:
        by_format[name.rpartition(".")[2]].append((name, body))
    for extension, files in sorted(by_format.items()):
        print_figure(Figure(f"files_{extension}", megabytes_per_second(files), "MB/s"))
    everything = [file for files in by_format.values() for file in files]
    print_figure(Figure("files_through_parsers", asyncio.run(files_per_second(everything)), "files/s"))


def strings_found(suite: Sequence[Case]) -> Iterator[Figure]:
    """How many strings and words that must be there are missing, of all documents together."""
    strings = missing = unwanted = words = found = 0
    for case in suite:
        page = read_page(case.path.name, case.path.read_bytes())
        strings += len(case.wanted)
        if page is not None:
            missing += len(case.missing(page))
            unwanted += len(case.present(page))
            there, expected = case.words_found(page)
            found, words = found + there, words + expected
        else:
            missing += len(case.wanted)
    yield Figure("files_strings_expected", strings, "strings")
    yield Figure("files_strings_missing", missing + unwanted, "strings")
    yield Figure("files_words_found", found / max(1, words), "of the words")


def read_page(name: str, body: bytes) -> Page | None:
    """What is read of a file."""
    url = f"https://files.example/{name}"
    page = read(body, url=url, headers={"content-type": ""}, rules=DEFAULT_RULES)
    return page if isinstance(page, Page) else None


def megabytes_per_second(files: Sequence[Named]) -> float:
    """Of the files in turn; the first round, which loads what a format needs, does not count."""
    for name, body in files:
        read_page(name, body)
    done, start = 0, time.process_time()
    while time.process_time() - start < SECONDS:
        for name, body in files:
            read_page(name, body)
            done += len(body)
    return done / 1e6 / (time.process_time() - start)


async def files_per_second(files: Sequence[Named]) -> float:
    """As a crawl has them read: in processes of their own, which run already."""
    parsers = Parsers()
    parsers.use(1, _rules())
    jobs = [ReadJob(1, 1, f"https://files.example/{name}", 1, body, {}) for name, body in files]
    try:
        await asyncio.gather(*map(parsers.read, jobs))
        start = time.perf_counter()
        for _ in range(3):
            await asyncio.gather(*map(parsers.read, jobs))
        return 3 * len(jobs) / (time.perf_counter() - start)
    finally:
        await parsers.close()


def made() -> Iterator[Named]:
    """Files of a few hundred KB, of the formats that a program of few lines can write."""
    table = io.StringIO()
    csv.writer(table).writerows([COLUMNS, *ROWS])
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Orders")
    for row in (COLUMNS, *ROWS):
        sheet.append(row)
    sheets = io.BytesIO()
    book.save(sheets)
    records = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]
    yield "made.csv", table.getvalue().encode()
    yield "made.docx", word(*PARAGRAPHS)
    yield "made.eml", mail("Harbour", "\n\n".join(PARAGRAPHS))
    yield "made.json", json.dumps(records).encode()
    yield "made.md", "\n\n".join(f"## Part {n}\n\n{text}" for n, text in enumerate(PARAGRAPHS)).encode()
    yield "made.odt", open_document(*PARAGRAPHS, title="Harbour")
    yield "made.pdf", pdf(*("\n".join([PARAGRAPH[:80]] * 45) for _ in range(60)))
    yield "made.rtf", rich_text(*PARAGRAPHS)
    yield "made.txt", "\n\n".join(PARAGRAPHS).encode()
    yield "made.xlsx", sheets.getvalue()
    yield "made.xml", _xml(records)


def _xml(records: Sequence[Mapping[str, object]]) -> bytes:
    items = "".join(
        "<order>" + "".join(f"<{name}>{value}</{name}>" for name, value in record.items()) + "</order>"
        for record in records
    )
    return f'<?xml version="1.0"?><orders>{items}</orders>'.encode()


def _rules() -> ReadingRules:
    links = LinkRules(scope=Scope(Follow.HOST, ()), max_depth=1)
    return ReadingRules("files", links, DEFAULT_RULES, 1_000, PatternList("access", [""]), (1,))


if __name__ == "__main__":
    main()
