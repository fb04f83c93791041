"""The program of a parser process: takes jobs from its socket in order and answers each."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import resource
import signal
import socket
import sys
from typing import Final

from crawler.sync.file_reader import SavedFile
from crawler.sync.frames import FrameBuffer, pack_frame
from crawler.sync.parser_kind import PAGES
from crawler.sync.reading import FollowJob, Reader, ReadJob
from crawler.sync.reading_rules import ReadingRules
from crawler.sync.sitemap_links import SitemapJob
from extract.language import warm_up
from extract.read import read

_RECEIVE_BYTES: Final = 256 * 1024
_PARENT_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG of prctl(2)


def main() -> None:
    """Serve the socket whose descriptor is the first argument until the other end closes it.

    The second argument is how much address space there is, in bytes: a body that needs more kills its
    parser, not the machine.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the crawler: it closes us when it is done
    memory = int(sys.argv[2]) if len(sys.argv) > 2 else PAGES.memory
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _end_with_parent()
    connection = socket.socket(fileno=int(sys.argv[1]))
    reader, frames = Reader(), FrameBuffer()
    warm_up()
    gc.freeze()
    with connection, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while data := connection.recv(_RECEIVE_BYTES):
            for message in frames.feed(data):
                match message:
                    case (int() as connector_id, ReadingRules() as rules):
                        reader.use(connector_id, rules)
                    case ReadJob() | FollowJob() | SitemapJob() as job:
                        connection.sendall(pack_frame(reader.read(job)))
                    case SavedFile(body, url, rules=extraction):
                        connection.sendall(pack_frame(read(body, url=url, headers={}, rules=extraction)))
                    case _:
                        raise TypeError(f"no message for a parser: {type(message).__name__}")


def _end_with_parent() -> None:
    """A body that is parsed for ever must not outlive a crawler that was killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)


if __name__ == "__main__":
    main()
