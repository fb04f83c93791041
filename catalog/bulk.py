"""Many rows in one value: they travel to and from the database as one JSON text, whatever their number.

A statement with a set of parameters for each row costs SQLAlchemy and the driver tens of microseconds a row,
and SQLite's driver hands Python's global lock over at every row, for which all other threads then contend.
One JSON text is one parameter and one call: the database takes it apart by itself while other threads run.
Bytes, which JSON cannot hold, travel beside it in one run; the JSON holds their places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Select,
    String,
    Subquery,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from catalog.content import storable

_TEXT: Final = bindparam("many_rows", type_=Text)
_BYTES: Final = bindparam("many_bytes", type_=LargeBinary)
_LENGTH: Final = 16  # of every value of bytes: all that the ledger keeps are 128-bit hashes


class ManyRows:
    """Rows of some columns of a table, as what an INSERT … SELECT or an UPDATE … FROM reads."""

    def __init__(self, columns: Sequence[Column[Any]]) -> None:
        self._columns = tuple(columns)
        self._is_flat = len(columns) == 1  # then the JSON holds the values themselves
        self._binary = _places(columns, LargeBinary)
        self._json = _places(columns, JSON)

    def source(self, dialect: str) -> Subquery:
        """The rows given by `parameters`, in their order, under the names of the columns."""
        if dialect == "postgresql":
            value, elements = _of_jsonb, func.jsonb_array_elements(cast(_TEXT, JSONB))
        else:
            value, elements = _of_text, func.json_each(_TEXT)
        each = elements.table_valued("value", name="each")
        places = [None] if self._is_flat else range(len(self._columns))
        values = [
            value(each.c.value, place, column) for place, column in zip(places, self._columns, strict=True)
        ]
        named = [value.label(column.name) for value, column in zip(values, self._columns, strict=True)]
        return select(*named).select_from(each).subquery("many")

    def parameters(self, rows: Sequence[list[Any]]) -> dict[str, object]:
        """What a statement over `source` is executed with; each row is in the order of the columns, and is
        used up.

        What no database keeps in a text (NUL, lone surrogates) becomes U+FFFD.
        """
        run = bytearray()
        for row in rows:
            for place in self._binary:
                if (value := row[place]) is not None:
                    row[place] = len(run) + 1
                    run += value
            for place in self._json:
                if row[place] is not None:
                    row[place] = orjson.dumps(row[place]).decode()
        text: dict[str, object] = {_TEXT.key: _as_json([row[0] for row in rows] if self._is_flat else rows)}
        return text | {_BYTES.key: bytes(run)} if self._binary else text


class ManyOf:
    """A query of which all rows are fetched as one value."""

    def __init__(self, query: Select[Any], dialect: str) -> None:
        rows = query.subquery("found")
        self._binary = _places(list(rows.c), LargeBinary)
        if dialect == "postgresql":
            values = [
                func.encode(each, "hex") if isinstance(each.type, LargeBinary) else each for each in rows.c
            ]
            self._statement = select(cast(func.json_agg(func.json_build_array(*values)), Text))
        else:
            values = [func.hex(each) if isinstance(each.type, LargeBinary) else each for each in rows.c]
            self._statement = select(func.json_group_array(func.json_array(*values)))

    def fetch(self, connection: Connection, parameters: Mapping[str, object]) -> list[list[Any]]:
        """The rows, in no order; JSON is left as its text."""
        text: str | None = connection.scalar(self._statement, parameters)
        found: list[list[Any]] = [] if text is None else orjson.loads(text)
        for row in found:
            for place in self._binary:
                row[place] = bytes.fromhex(row[place]) if row[place] else None
        return found


def _places(columns: Sequence[ColumnElement[Any]], kind: type) -> tuple[int, ...]:
    return tuple(place for place, column in enumerate(columns) if isinstance(column.type, kind))


def _of_text(element: ColumnElement[Any], place: int | None, column: Column[Any]) -> ColumnElement[Any]:
    value = element if place is None else func.json_extract(element, literal_column(f"'$[{place}]'"))
    return func.substr(_BYTES, value, _LENGTH) if isinstance(column.type, LargeBinary) else value


def _of_jsonb(element: ColumnElement[Any], place: int | None, column: Column[Any]) -> ColumnElement[Any]:
    value: ColumnElement[Any] = (
        element.op("#>>")(literal_column("'{}'"))
        if place is None
        else element.op("->>")(literal_column(str(place)))
    )
    if isinstance(column.type, LargeBinary):
        return func.substr(_BYTES, cast(value, Integer), _LENGTH)
    return value if isinstance(column.type, String) else cast(value, column.type)


def _as_json(rows: Sequence[Any]) -> str:
    try:
        packed = orjson.dumps(rows)
    except TypeError:  # a lone surrogate; anything else that JSON cannot hold is raised again
        packed = b"\\u0000"
    return (orjson.dumps(_storable(rows)) if b"\\u0000" in packed else packed).decode()


def _storable(value: object) -> object:
    if isinstance(value, list):
        return [_storable(each) for each in value]
    return storable(value) if isinstance(value, str) else value
