"""Python's own settings during a crawl, and after it."""

from __future__ import annotations

import contextlib
import gc
import sys

from crawler.sync.interpreter import set_for_crawling


def test_a_crawl_sets_the_interpreter_and_leaves_it_as_it_was() -> None:
    before = (gc.get_threshold(), sys.getswitchinterval())
    with contextlib.suppress(KeyError), set_for_crawling():
        assert gc.isenabled()
        assert gc.get_threshold()[0] > before[0][0]
        assert sys.getswitchinterval() < before[1]
        raise KeyError("in the crawl")
    assert (gc.get_threshold(), sys.getswitchinterval()) == before
