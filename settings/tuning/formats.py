"""How each kind of tuning is written: from a text to its entries and faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from settings.fields import FieldSettings
from settings.tuning.boosts import parse_boosts
from settings.tuning.faq import FaqEntry
from settings.tuning.faq_csv import parse_faq_csv
from settings.tuning.faq_json import parse_faq_json
from settings.tuning.featured import parse_featured
from settings.tuning.kinds import TuningKind
from settings.tuning.parsed import Parsed
from settings.tuning.synonyms import parse_synonyms


def parse_faq(text: str, file: Path) -> Parsed[FaqEntry]:
    """The entries of a CSV or JSON text; what begins with a brace or a bracket is JSON."""
    parse = parse_faq_json if text.lstrip()[:1] in ("{", "[") else parse_faq_csv
    return parse(text, file)


def parser_of(kind: TuningKind, fields: Mapping[str, FieldSettings]) -> Callable[[str, Path], Parsed[Any]]:
    """What reads a text of this kind, for an index with these fields."""
    match kind:
        case TuningKind.SYNONYMS:
            return parse_synonyms
        case TuningKind.FEATURED:
            return parse_featured
        case TuningKind.FAQ:
            return parse_faq
        case TuningKind.BOOSTS:
            return lambda text, file: parse_boosts(text, file, fields)
