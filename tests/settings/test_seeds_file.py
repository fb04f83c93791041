# ruff: noqa: E501 - a message stands on one line, as people see it
"""Seeds from a file, and how many there may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.configurations import faults, load, write

CONFIGURATION = "version: 1\nconnectors:\n  - name: a\n    seeds_file: seeds.txt\n"


def test_one_address_a_line_with_comments(tmp_path: Path) -> None:
    write(tmp_path, "# ours\n\n  https://a.example/ # the first\r\nhttps://b.example/#top\n", "seeds.txt")
    site = load(tmp_path, CONFIGURATION).connectors[0]
    assert site.seeds == ("https://a.example/", "https://b.example/#top")
    assert site.seeds_file == str(tmp_path / "seeds.txt")


def test_a_bad_line_is_reported_in_its_own_file(tmp_path: Path) -> None:
    write(tmp_path, "https://a.example/\n\n  nowhere\nftp://b.example/\n", "seeds.txt")
    assert faults(tmp_path, CONFIGURATION) == [
        "seeds.txt:3:3: `seeds[1]` must be an absolute address such as https://intranet.example.com/, found `nowhere`",
        "seeds.txt:4:1: `seeds[2]` must begin with http or https, found `ftp://b.example/`",
    ]


def test_references_are_not_followed_in_it(tmp_path: Path) -> None:
    write(tmp_path, "https://a.example/${env:HOME}\n", "seeds.txt")
    assert load(tmp_path, CONFIGURATION, {"HOME": "secret"}).connectors[0].seeds == (
        "https://a.example/$%7Benv:HOME%7D",
    )


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    message = "`seeds_file` cannot be read (no such file or directory): put one address a line there"
    assert faults(tmp_path, CONFIGURATION.replace("seeds.txt", "nowhere.txt")) == [f"4:17: {message}"]


@pytest.mark.parametrize("name", ["https://a.example/seeds.txt", "s3://bucket/seeds.txt"])
def test_a_file_elsewhere_is_left_to_the_sync(tmp_path: Path, name: str) -> None:
    (connector,) = load(tmp_path, CONFIGURATION.replace("seeds.txt", name)).connectors
    assert connector.seeds_file == name
    assert connector.seeds == ()


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "seeds.txt").write_bytes(b"\xff\xfe")
    assert faults(tmp_path, CONFIGURATION) == ["4:17: `seeds_file` must name a text file in UTF-8"]


def test_a_file_without_addresses_starts_nowhere(tmp_path: Path) -> None:
    write(tmp_path, "# nothing\n", "seeds.txt")
    assert faults(tmp_path, CONFIGURATION) == ["4:17: `seeds_file` holds no address: put one a line there"]


def test_a_hundred_seeds_are_allowed(tmp_path: Path) -> None:
    write(tmp_path, "".join(f"https://a.example/{n}\n" for n in range(100)), "seeds.txt")
    assert len(load(tmp_path, CONFIGURATION).connectors[0].seeds) == 100


def test_the_hundred_and_first_seed_is_named(tmp_path: Path) -> None:
    write(tmp_path, "".join(f"https://a.example/{n}\n" for n in range(99)), "seeds.txt")
    text = CONFIGURATION + "    seeds: [https://b.example/1, https://b.example/2]\n"
    assert faults(tmp_path, text) == [
        "seeds.txt:99:1: a connector takes at most 100 seeds, this is one of 101: "
        "make a second connector for the rest"
    ]


def test_a_hundred_and_one_seeds_in_the_configuration(tmp_path: Path) -> None:
    seeds = "".join(f"      - https://a.example/{n}\n" for n in range(101))
    text = f"version: 1\nconnectors:\n  - name: a\n    seeds:\n{seeds}"
    assert faults(tmp_path, text) == [
        "105:9: a connector takes at most 100 seeds, this is one of 101: make a second connector for the rest"
    ]
