"""Questions and answers as CSV (RFC 4180): a header of ours, one of Amazon Kendra's, or none.

Kendra Developer Guide, "Adding questions and answers directly to an index": "Basic .csv" has no header but a
question, an answer and perhaps an address in each row; "Custom .csv" has one, with `_question`, `_answer` and
attributes, of which those of one's own are left out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from settings.explanations import explain
from settings.faults import Fault, nearest
from settings.section import Surroundings
from settings.tuning.faq import FaqEntry
from settings.tuning.parsed import Parsed
from settings.yaml_document import KeyPath, Place, YamlDocument

_COLUMNS: Final = ("question", "answer", "url", "language", "allow", "deny")
_LISTS: Final = ("allow", "deny")
_BASIC: Final = _COLUMNS[:3]
_KENDRA: Final[Mapping[str, str]] = {
    "_question": "question", "_answer": "answer", "_source_uri": "url", "_language_code": "language",
    "_acl_user_allow": "allow", "_acl_group_allow": "allow",
    "_acl_user_deny": "deny", "_acl_group_deny": "deny",
}  # fmt: skip
_LONGEST_CELL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Row:
    """A record: the line that it begins on, the text of that line, and its cells."""

    line: int
    text: str
    cells: Sequence[str]

    def column(self, index: int) -> int:
        """Where a cell begins, as far as it stands on the first line; else 1."""
        start = 0
        for cell in self.cells[: index + 1]:
            found = self.text.find(cell, start)
            if found < 0:
                return 1
            place, start = found + 1, found + len(cell)
        return place


def parse_faq_csv(text: str, file: Path) -> Parsed[FaqEntry]:
    """The entries of a CSV text."""
    entries: list[FaqEntry] = []
    faults: list[Fault] = []
    try:
        rows = list(_rows(text.replace("\r\n", "\n").replace("\r", "\n")))
    except _UnreadableError as error:
        return Parsed((), (Fault(file, error.line, 1, f"this is not valid CSV: {error}"),))
    names, is_header = _header(rows[0].cells) if rows else (_BASIC, False)
    if is_header:
        faults += _header_faults(rows.pop(0), file)
    for row in rows if not faults else ():
        if len(row.cells) > len(names):
            message = f"there are {len(row.cells)} cells for {len(names)} columns: quote what holds a comma"
            faults.append(Fault(file, row.line, row.column(len(names)), message))
            continue
        found = _entry(row, names, file)
        if isinstance(found, FaqEntry):
            entries.append(found)
        else:
            faults += found
    return Parsed(tuple(entries), tuple(faults))


class _UnreadableError(Exception):
    """The text is no CSV from `line` on."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def _rows(text: str) -> Iterator[_Row]:
    lines = text.split("\n")
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True)
    csv.field_size_limit(_LONGEST_CELL)
    begin = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _UnreadableError(str(error), begin) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield _Row(begin, lines[begin - 1], [cell.strip() for cell in cells])
        begin = reader.line_num + 1


def _header(cells: Sequence[str]) -> tuple[Sequence[str], bool]:
    """The names of the columns, and whether the first row has them."""
    names = [cell.lower() for cell in cells]
    if "_question" in names or ("question" in names and "answer" in names):
        return names, True
    return _BASIC, False


def _header_faults(row: _Row, file: Path) -> Iterator[Fault]:
    names = [cell.lower() for cell in row.cells]
    is_kendras = "_question" in names
    for wanted in ("_question", "_answer") if is_kendras else ("question", "answer"):
        if wanted not in names:
            yield Fault(file, row.line, 1, f"the column `{wanted}` is missing")
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Fault(file, row.line, row.column(index), f"the column `{name}` is there twice")
        elif not is_kendras and name not in _COLUMNS:
            near = nearest(name, _COLUMNS)
            hint = f"did you mean `{near}`?" if near else f"there are {', '.join(_COLUMNS)}"
            yield Fault(file, row.line, row.column(index), f"unknown column `{name}`; {hint}")


def _entry(row: _Row, names: Sequence[str], file: Path) -> FaqEntry | list[Fault]:
    values: dict[str, object] = {}
    principals: dict[str, list[str]] = {}
    places: dict[KeyPath, Place] = {(): Place(file, row.line, 1)}
    for index, (name, cell) in enumerate(zip(names, row.cells, strict=False)):
        key = _KENDRA.get(name, name)
        if key not in _COLUMNS or not cell:
            continue
        places[key,] = Place(file, row.line, row.column(index), cell)
        if key in _LISTS:
            kind = {"_acl_user": "user:", "_acl_group": "group:"}.get(name.rpartition("_")[0], "")
            principals.setdefault(key, []).extend(f"{kind}{each.strip()}" for each in cell.split(","))
        else:
            values[key] = cell
    data = values | principals
    try:
        return FaqEntry.model_validate(data, context=Surroundings(file))
    except ValidationError as error:
        return sorted(explain(error, data, YamlDocument(data, places, {}), frozenset(), FaqEntry))
