"""The documentation of each key, read from the text below its attribute in the source."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache

from settings.section import Section


@cache
def key_descriptions(section: type[Section]) -> Mapping[str, str]:
    """For each attribute of a section, its bases' included, the text below it as one line."""
    texts: dict[str, str] = {}
    for cls in reversed(section.__mro__):
        if issubclass(cls, Section) and cls is not Section:
            texts.update(_described_attributes(cls))
    return texts


def _described_attributes(cls: type[Section]) -> Iterator[tuple[str, str]]:
    definition = ast.parse(inspect.getsource(cls)).body[0]
    assert isinstance(definition, ast.ClassDef)
    for statement, below in zip(definition.body, definition.body[1:], strict=False):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            yield statement.target.id, " ".join(str(below.value.value).split())
