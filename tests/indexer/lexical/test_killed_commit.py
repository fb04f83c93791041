"""What a commit that was killed leaves behind does not hinder the next one."""

from __future__ import annotations

import shutil
from pathlib import Path

from indexer.lexical.writer import LexicalWriter
from settings.fields import BUILT_IN_FIELDS
from tests.indexer.lexical.support import Text, ask, document, snapshot


def replace_the_second(folder: Path) -> None:
    with LexicalWriter(folder, BUILT_IN_FIELDS) as writer:
        writer.replace(document(2, ""), [(20, Text("A new word"))])
        writer.commit()


def test_files_of_a_killed_commit_are_not_in_the_way_of_the_next(folder: Path) -> None:
    with LexicalWriter(folder, BUILT_IN_FIELDS) as writer:
        for number in (1, 2, 3):
            writer.replace(document(number, ""), [(number, Text(f"An old word {number}"))])
        writer.commit()
    killed = folder.with_name("killed")
    shutil.copytree(folder, killed)
    replace_the_second(killed)
    for name in ("passages", "documents"):  # all was written but for the file that makes it hold
        shutil.copy(folder / name / "meta.json", killed / name / "meta.json")
    assert list(killed.glob("*/*.del"))
    assert ask(snapshot(killed), "new") == []
    replace_the_second(killed)
    assert ask(snapshot(killed), "new") == [20]
    assert sorted(ask(snapshot(killed), "old")) == [1, 3]
