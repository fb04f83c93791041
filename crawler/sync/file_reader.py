"""Files read one after another in a process with the caps of a sync, for commands that have no event loop."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.vocabulary import Reason
from crawler.sync.frames import FrameBuffer, pack_frame
from crawler.sync.parser_kind import FILES, ParserKind
from crawler.sync.started_parser import StartedParser
from extract.page import Page, Unreadable
from extract.rules import ExtractionRules

_RECEIVE_BYTES = 1 << 20


@dataclass(frozen=True)
class SavedFile:
    """A file that lies on this machine, and how it is to be read."""

    body: bytes
    url: str
    rules: ExtractionRules


class FileReader:
    """Reads files in a process that starts with the first of them; `close` ends it.

    A file that crashes the process, or takes longer than `kind` allows, is refused with a reason; the
    next one gets a fresh process.
    """

    def __init__(self) -> None:
        self.kind: ParserKind = FILES
        self._parser: StartedParser | None = None

    def read(self, file: SavedFile) -> Page | Unreadable:
        """Read a file; bad input is an answer like any other."""
        parser = self._parser = self._parser or StartedParser.start(self.kind)
        seconds = self.kind.patient_seconds if file.rules.ocr else self.kind.job_seconds
        parser.connection.settimeout(seconds)
        try:
            return _answer(parser, file)
        except TimeoutError:
            parser.process.kill()
            lost = Unreadable(Reason.PARSER_TIMEOUT, Reason.PARSER_TIMEOUT.explanation, "")
        except OSError:  # its end of the connection is closed
            how = f"{Reason.PARSER_CRASHED.explanation}{parser.died_of()}"
            lost = Unreadable(Reason.PARSER_CRASHED, how, "")
        self.close()
        return lost

    def close(self) -> None:
        """End the process."""
        if self._parser is not None:
            self._parser.end()
            self._parser = None


def _answer(parser: StartedParser, file: SavedFile) -> Page | Unreadable:
    """What the process answers; raises `OSError` where it ends instead."""
    parser.connection.sendall(pack_frame(file))
    frames = FrameBuffer()
    while data := parser.connection.recv(_RECEIVE_BYTES):
        for page in frames.feed(data):
            assert isinstance(page, Page | Unreadable)
            return page
    raise ConnectionResetError
