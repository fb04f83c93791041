"""An empty shell: scripts write what the page says, and no browser has shown it, or none that got further."""

from __future__ import annotations

from typing import Final

from catalog.visit import Suspicion
from catalog.vocabulary import Reason
from crawler.impostors.sight import Sight
from extract.html.script_evidence import EvidenceKind

_ALMOST_NONE: Final = 30
"""Words of HTML below which a page with a place that is plainly still to be filled says nothing."""
_AS_GOOD_AS_NONE: Final = 10
"""The same for what a browser showed: a page that was filled may well be short."""
_NONE: Final = 5
"""Words below which any empty place will do for a suspicion."""
_LITTLE: Final = 300
"""Characters of what was taken for content: more may be a footer's, or content after all."""


def empty_shell(sight: Sight) -> Suspicion | None:
    """What the choice of a browser takes for a shell, if hardly a word stands beside its empty places."""
    evidence = sight.evidence
    few = _AS_GOOD_AS_NONE if sight.is_rendered else _ALMOST_NONE
    if evidence.kind is not EvidenceKind.SHELL or evidence.words >= few:
        return None
    if not evidence.awaits_content and evidence.words >= _NONE:
        return None
    whose = "what a browser showed" if sight.is_rendered else "its HTML"
    words = "1 word" if evidence.words == 1 else f"{evidence.words} words"
    seen = f"{whose} holds {words} and {evidence.reasons[0]}"
    is_sure = evidence.awaits_content and len(sight.page.text) < _LITTLE
    return Suspicion(Reason.NEEDS_JAVASCRIPT, seen, is_sure)
