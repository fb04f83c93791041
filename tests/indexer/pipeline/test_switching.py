"""A folder is replaced in one step."""

from __future__ import annotations

from pathlib import Path

from indexer.switching import new_folder, present_folder, switch


def filled(link: Path, text: str) -> Path:
    folder = new_folder(link)
    (folder / "content").write_text(text)
    return folder


def test_a_link_leads_to_the_newest_folder_and_the_others_are_gone(tmp_path: Path) -> None:
    link = tmp_path / "index" / "lexical"
    for text in ("old", "new"):
        switch(link, filled(link, text))
        assert (link / "content").read_text() == text
    assert len(list(link.parent.glob("lexical-*"))) == 1
    assert present_folder(link) == link.resolve()


def test_open_files_of_the_old_folder_stay_readable(tmp_path: Path) -> None:
    link = tmp_path / "lexical"
    switch(link, filled(link, "old"))
    with (link / "content").open() as opened:
        switch(link, filled(link, "new"))
        assert opened.read() == "old"


def test_a_plain_folder_of_that_name_gives_way(tmp_path: Path) -> None:
    link = tmp_path / "lexical"
    link.mkdir()
    switch(link, filled(link, "new"))
    assert link.is_symlink()
    assert (link / "content").read_text() == "new"


def test_a_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    link = tmp_path / "index" / "lexical"
    assert present_folder(link).is_dir()
    assert present_folder(link) == present_folder(link)
