"""Files that a command reads one after another, in a process with the caps of a sync."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from dataclasses import replace

from catalog.vocabulary import Reason
from crawler.sync.file_reader import FileReader, SavedFile
from crawler.sync.parser_kind import FILES
from extract.page import Page, Unreadable
from extract.rules import DEFAULT_RULES
from tests.support.made_files import pdf_of_objects


def saved(body: bytes, name: str = "rates.csv") -> SavedFile:
    return SavedFile(body, f"file:///saved/{name}", DEFAULT_RULES)


def pid(reader: FileReader) -> int:
    assert reader._parser is not None
    return reader._parser.process.pid


def assert_reads(reader: FileReader) -> None:
    page = reader.read(saved(b"year,rate\n2026,60\n"))
    assert isinstance(page, Page)
    assert "60" in page.text


def test_files_are_read_in_one_process_and_one_on_which_it_dies_is_lost_alone() -> None:
    with closing(FileReader()) as reader:
        assert_reads(reader)
        first = pid(reader)
        assert_reads(reader)
        assert pid(reader) == first
        os.kill(first, signal.SIGKILL)
        lost = reader.read(saved(b"a,b\n1,2\n"))
        assert isinstance(lost, Unreadable)
        assert lost.reason is Reason.PARSER_CRASHED
        assert lost.detail == "the parser process died on this content (SIGKILL)"
        assert_reads(reader)
        assert pid(reader) != first


def test_a_pdf_of_a_million_objects_is_read_within_the_caps() -> None:
    with closing(FileReader()) as reader:
        page = reader.read(saved(pdf_of_objects(1_000_000), "needle.pdf"))
    assert isinstance(page, Page), page
    assert page.text == "A needle in the haystack"


def test_a_file_that_takes_too_long_is_lost_alone() -> None:
    with closing(FileReader()) as reader:
        assert_reads(reader)
        os.kill(pid(reader), signal.SIGSTOP)  # it reads for ever
        reader.kind = replace(FILES, job_seconds=0.2)
        lost = reader.read(saved(b"a,b\n1,2\n"))
        assert isinstance(lost, Unreadable)
        assert (lost.reason, lost.detail) == (Reason.PARSER_TIMEOUT, "parsing took longer than allowed")
        reader.kind = FILES
        assert_reads(reader)
