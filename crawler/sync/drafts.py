"""From an understood page or file to the draft of a document, with all that tells what it repeats."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from catalog.canonical_url import WebAddress
from catalog.content import pack_blocks, pack_fields, storable
from catalog.document import Block, BlockKind, FieldValue, url_key
from catalog.resemblance import marks_of
from catalog.visit import DocumentDraft
from extract.boilerplate import without_shared
from extract.page import Page

SMALLEST_COPY: Final = 200
"""Characters below which equal text does not make two pages copies: lists and forms of a site often say the
same few words."""

SMALLEST_NEAR_COPY: Final = 600
"""Characters below which *nearly* equal text does not: a few words are much of what is said."""


def drafted(
    page: Page,
    *,
    url: str,
    url_id: int,
    connector: str,
    access_id: int,
    mapped: Iterable[str],
    canonical: WebAddress | None,
    shared: Collection[int] = (),
) -> DocumentDraft:
    """The draft of a page at a URL; `mapped` are the fields that the connector maps, `shared` are blocks of
    the site's template, which are left out. The hash and the sketch are those of the page as it was read, so
    that a page that did not change stays unchanged whatever is learned."""
    from extract.sketch import pairs_of, sketch  # noqa: PLC0415 - NumPy is for who reads pages

    text = page.text
    told = sketch(pairs_of(text))
    outline = outline_of(page.title, page.blocks, page.fields, mapped)
    return DocumentDraft(
        id=url_key(connector, url).hex(),
        url_id=url_id,
        url=url,
        kind=page.kind.value,
        title=storable(page.title),
        language=page.language,
        fields=pack_fields(page.fields),
        content=pack_blocks(without_shared(page.blocks, shared) if shared else page.blocks),
        content_hash=page.content_hash,
        access_id=access_id,
        faults=page.faults,
        can_be_copy=sum(len(block.text) for block in page.blocks) >= SMALLEST_COPY,
        sketch=told,
        marks=marks_of(outline, told) if told is not None and len(text) >= SMALLEST_NEAR_COPY else (),
        canonical=None if canonical is None else canonical.url,
        canonical_id=None if canonical is None else url_key(connector, canonical.url).hex(),
    )


def outline_of(
    title: str, blocks: Iterable[Block], fields: Mapping[str, FieldValue], mapped: Iterable[str]
) -> bytes:
    """16 bytes over what near copies must have in common: title, headings, and mapped fields."""
    headings = (block.text for block in blocks if block.kind is BlockKind.HEADING)
    values = (f"{name}={fields[name]!r}" for name in sorted(mapped) if name in fields)
    said = "\0".join(" ".join(each.split()) for each in (title, *headings, *values))
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).digest()
