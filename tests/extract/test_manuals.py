"""The three manuals of Debian, where installed: code, tables and terms are kept, navigation is not.

A sample of their pages; `python -m benchmarks.manual_pages` reads them all.
"""

from __future__ import annotations

import pytest

from benchmarks.manual_pages import MANUALS, Manual, faults
from extract.words import word_set

EVERY = 8
HARD = word_set(
    "arrays bookindex install-post libpq-exec queries-with sql-select sql-syntax-lexical c-api/typeobj "
    "installing/index library/asyncio library/functions library/ssl library/turtle search using/unix "
    "mod/quickreference"
)
"""Pages that were read badly once: sections whose id names furniture, indexes, tables and terms that are
links, code in an aside, the longest table of a page."""


@pytest.mark.parametrize(
    "manual",
    [
        pytest.param(
            manual,
            id=manual.name,
            marks=pytest.mark.skipif(
                not manual.folder.is_dir(), reason=f"the manual is not installed at {manual.folder}"
            ),
        )
        for manual in MANUALS
    ],
)
def test_pages_keep_what_they_say_and_nothing_of_their_navigation(manual: Manual) -> None:
    found = {}
    for number, path in enumerate(sorted(manual.folder.rglob("*.html"))):
        name = str(path.relative_to(manual.folder).with_suffix(""))
        if number % EVERY == 0 or name in HARD:
            found[name] = list(faults(manual, path.read_bytes()))
    assert len(found) > 20
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
