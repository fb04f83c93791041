"""The language of a text, guessed from a sample of it where a page or file does not say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from catalog.document import Block, BlockKind

_SAMPLE: Final = 1000
"""Characters: the classifier's time grows with the text, its certainty hardly after this."""
_LEAST: Final = 60


def language_of(blocks: Iterable[Block]) -> str | None:
    """The ISO 639-1 code of the language, None for texts too short to tell; code is no language."""
    sample: list[str] = []
    length = 0
    for block in blocks:
        if block.kind is not BlockKind.CODE:
            sample.append(block.text[:_SAMPLE])
            length += len(block.text)
        if length >= _SAMPLE:
            break
    text = " ".join(sample)[:_SAMPLE]
    if len(text) < _LEAST:
        return None
    import py3langid  # noqa: PLC0415 - its model takes a moment to load, and most pages say their language

    return str(py3langid.classify(text)[0])
