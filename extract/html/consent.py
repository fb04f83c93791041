"""Finds the dialogue that asks for consent to cookies, and what a page says beside it.

By what all of them have, whoever makes them: a button by which one accepts, and around it a text about
cookies or personal data. Names of makers, classes and ids are not asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalog.document import BlockKind
from extract.html.hollow import nodes_of
from extract.html.pieces import Piece
from extract.html.tags import TEXT

LITTLE: Final = 200
"""Characters beside a dialogue: a site's name and address, or a page of few words."""

_MOST_CONTROLS: Final = 40
_MOST_LEVELS: Final = 12
_MOST_NODES: Final = 3_000
"""Nodes of an element that are looked at: a dialogue with a list of all cookies has as many."""
_LONGEST_LABEL: Final = 60
_SENTENCE: Final = 40
"""Characters: what is less explains nothing."""
_CHARACTERS_A_MENTION: Final = 400
"""A dialogue speaks of what it asks for at least once in so many characters."""

_CONSENT: Final = (
    "cookie", "kakor", "evästee", "ciasteczk", "informasjonskaps", "slapuk", "sütik", "куки", "gdpr", "dsgvo",
    "rgpd", "consent", "einwillig", "toestemming", "samtycke", "samtykke", "souhlas", "hozzájárul",
    "personal data", "personenbezogen", "données personnelles", "datos personales", "dati personali",
    "persoonsgegevens", "dados pessoais", "персональн", "your privacy", "privatsphäre", "vie privée",
    "privacidad",
)  # fmt: skip
"""To be looked for in lower case, one by one: fifty times as fast as by one regular expression."""
_ACCEPT: Final = re.compile(
    r"accept|\bagree\b|\ballow (?:all|cookies)|\bconsent|\bok(?:ay)?\b|got it|akzeptier|zustimm|"
    r"einverstanden|zulassen|erlaub|annehmen|autoriser|aceptar|acepto|permitir|consentir|accett|acconsent|akkoord|"
    r"toestaan|aceitar|aceito|concord|akcept|zgadzam|zezw|godkänn|tillåt|godta|tillad|tillat|hyväksy|salli|přijmout|"
    r"souhlas|prijať|elfogad|prihvat|sprejm|приня|соглас|разреш|αποδοχ|kabul|同意|接受|許可|동의",
    re.IGNORECASE,
)
_LABELS: Final = frozenset({"a", "button", "label"})
_MOST_INSIDE_LABEL: Final = 3
_CONTROLS: Final = (
    "button, input[type=submit], input[type=button], [role=button], a[class*=btn], a[class*=button]"
)


def beside_consent(tree: LexborHTMLParser, pieces: Sequence[Piece]) -> int | None:
    """Characters of main content outside such dialogues, headings and links aside; None: there is none, or
    the content says more and nothing of consent."""
    said = [piece for piece in pieces if piece.kind is not BlockKind.HEADING]
    if sum(map(_plain, said)) > LITTLE and not _mentions(piece.text for piece in said):
        return None
    dialogues = set(filter(None, map(_dialogue_around, _accepting(tree))))
    if not dialogues:
        return None
    return sum(
        _plain(piece)
        for piece in said
        if not any(_unspaced(piece.text) in dialogue for dialogue in dialogues)
    )


def _plain(piece: Piece) -> int:
    return len(piece.text) - piece.link_chars


def _accepting(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """The buttons by which something is accepted."""
    for node in tree.css(_CONTROLS)[:_MOST_CONTROLS]:
        attributes = node.attributes
        label = node.text(strip=True) or attributes.get("value") or attributes.get("aria-label") or ""
        if len(label) <= _LONGEST_LABEL and _ACCEPT.search(label):
            yield node


def _dialogue_around(control: LexborNode) -> str | None:
    """All text, unspaced, of the innermost element around a button that explains something; None where that
    is not consent."""
    node = control.parent
    for _ in range(_MOST_LEVELS):
        if node is None:
            break
        texts = [each for each in islice(nodes_of(node), _MOST_NODES) if each.tag_id == TEXT]
        # Each site links its cookie policy: that alone is no talk of cookies, nor is what a button says.
        said = " ".join((each.text_content or "").strip() for each in texts if not _is_label(each))
        mentions = _mentions([said])
        if mentions and len(said) >= _SENTENCE:
            is_about_it = len(said) <= mentions * _CHARACTERS_A_MENTION
            return _unspaced("".join(each.text_content or "" for each in texts)) if is_about_it else None
        node = node.parent
    return None


def _mentions(texts: Iterable[str]) -> int:
    """How often texts mention what consent is asked for."""
    said = "\n".join(texts).lower()
    return sum(map(said.count, _CONSENT))


def _is_label(text: LexborNode) -> bool:
    """Whether a text is that of a link or a button."""
    node = text.parent
    for _ in range(_MOST_INSIDE_LABEL):
        if node is None:
            break
        if node.tag in _LABELS:
            return True
        node = node.parent
    return False


def _unspaced(text: str) -> str:
    return "".join(text.split())
