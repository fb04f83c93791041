"""What is said in audio or video, as blocks that a link can open at their second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from catalog.document import Block, BlockKind
from extract.files.content import FileContent

_SECONDS: Final = 30.0
"""The least that a block covers: recognisers part speech every few words."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A few words and the second at which they begin."""

    start: float
    text: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """All that is said, in its order; `language` is a code such as `en`, where it is known."""

    segments: tuple[Segment, ...]
    language: str | None = None


def transcript_content(transcript: Transcript) -> FileContent:
    """Paragraphs whose anchor is a media fragment, `t=SECONDS` (W3C Media Fragments URI 1.0, 4.2.1)."""
    return FileContent(_blocks(transcript.segments), {"language": transcript.language})


def _blocks(segments: tuple[Segment, ...]) -> Iterator[Block]:
    gathered: list[Segment] = []
    for segment in segments:
        if gathered and segment.start - gathered[0].start >= _SECONDS:
            yield _block(gathered)
            gathered = []
        if segment.text.strip():
            gathered.append(segment)
    if gathered:
        yield _block(gathered)


def _block(segments: list[Segment]) -> Block:
    text = " ".join(" ".join(segment.text.split()) for segment in segments)
    return Block(BlockKind.PARAGRAPH, text, anchor=f"t={int(segments[0].start)}")
