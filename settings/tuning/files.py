"""The tuning files that a configuration names, by kind: to be followed, or checked once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from settings.faults import Fault
from settings.search import SearchSettings
from settings.tuning.faq import FaqEntry
from settings.tuning.featured import Featured, parse_featured
from settings.tuning.formats import parse_faq
from settings.tuning.kinds import TuningKind
from settings.tuning.live import LiveFile
from settings.tuning.parsed import Parsed
from settings.tuning.synonyms import SynonymRule, parse_synonyms

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file: how many entries it has, and what is wrong with it."""

    kind: str
    path: Path
    entries: tuple[Any, ...]
    faults: tuple[Fault, ...]


def synonym_files(search: SearchSettings) -> list[LiveFile[SynonymRule]]:
    """Those of synonyms, each for the language that the configuration says."""
    return [_synonym_file(named.path, named.language) for named in search.synonyms]


def featured_files(search: SearchSettings) -> list[LiveFile[Featured]]:
    """That of featured results, if there is one."""
    return [] if search.featured is None else [_file(search.featured, parse_featured)]


def faq_files(search: SearchSettings) -> list[LiveFile[FaqEntry]]:
    """Those of questions and answers."""
    return [_file(path, parse_faq) for path in search.faq]


def check_files(search: SearchSettings) -> Iterator[CheckedFile]:
    """Every file, checked completely."""
    kinds: tuple[tuple[str, list[LiveFile[Any]]], ...] = (
        (TuningKind.SYNONYMS, synonym_files(search)),
        (TuningKind.FEATURED, featured_files(search)),
        (TuningKind.FAQ, faq_files(search)),
        ("block", _block_lists(search)),
    )
    for kind, files in kinds:
        for file in files:
            parsed, _ = file.read()
            yield CheckedFile(str(kind), file.path, parsed.entries, parsed.faults)


def _block_lists(search: SearchSettings) -> list[LiveFile[str]]:
    """What is never proposed: any text will do, one that cannot be read keeps the service from starting."""
    file = search.suggestions.block
    return (
        []
        if file is None
        else [LiveFile(file, lambda text: Parsed(tuple(filter(str.strip, text.splitlines())), ()))]
    )


def _synonym_file(path: Path, language: str | None) -> LiveFile[SynonymRule]:
    return LiveFile(path, lambda text: parse_synonyms(text, path, language))


def _file(path: Path, parse: Callable[[str, Path], Parsed[T]]) -> LiveFile[T]:
    return LiveFile(path, lambda text: parse(text, path))
