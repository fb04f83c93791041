"""What changes the ranking besides the configuration's weights: synonyms and boosts."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Protocol

from indexer.lexical.thesaurus import NO_SYNONYMS, Thesaurus
from indexer.retrieval.question import Boost
from settings import search as settings_search
from settings.configuration import Settings
from settings.faults import ConfigurationError
from settings.load import load_settings
from settings.tuning.live import LiveEntries, LiveFile
from settings.tuning.parsed import Parsed
from settings.tuning.synonyms import SynonymRule, parse_synonyms


@dataclass(frozen=True, slots=True)
class Tuning:
    """Synonyms and boosts as of one moment; `version` tells them from others."""

    thesaurus: Thesaurus = NO_SYNONYMS
    boosts: tuple[Boost, ...] = ()
    version: str = "untuned"


class RankingTuning(Protocol):
    """Where a retriever finds the tuning that holds when a question comes."""

    @property
    def current(self) -> Tuning:
        """The tuning of this moment."""

    def refresh(self) -> object:
        """Take over what was changed since; cheap when nothing was."""


class FixedTuning:
    """Tuning that never changes."""

    def __init__(self, current: Tuning) -> None:
        self.current: Final = current

    def refresh(self) -> None:
        """Nothing changes."""


UNTUNED: Final = FixedTuning(Tuning())
"""Neither synonyms nor boosts."""


class LiveTuning:
    """The tuning that a configuration names, taken up anew when its files change: those of synonyms, and the
    configuration itself for its boosts."""

    def __init__(self, settings: Settings) -> None:
        self.synonyms: Final = LiveEntries([_synonym_file(each) for each in settings.search.synonyms])
        self.boosts: Final = LiveEntries([_configured_boosts(settings)])
        self.current = self._tuning()

    def refresh(self) -> None:
        """Take over what was changed since; cheap when nothing was."""
        if any([self.synonyms.refresh(), self.boosts.refresh()]):
            self.current = self._tuning()

    def _tuning(self) -> Tuning:
        rules, boosts = self.synonyms.entries, tuple(map(boost_of, self.boosts.entries))
        if not rules and not boosts:
            return Tuning()
        digest = blake2b(repr((rules, boosts)).encode(), digest_size=4).hexdigest()
        return Tuning(Thesaurus(rules), boosts, f"tuning {digest}")


def boost_of(rule: settings_search.Boost) -> Boost:
    """A boost as it is written."""
    return Boost(rule.field, rule.weight, rule.values, rule.freshness, rule.pivot)


def _synonym_file(named: settings_search.SynonymFile) -> LiveFile[SynonymRule]:
    return LiveFile(named.path, lambda text: parse_synonyms(text, named.path, named.language))


def _configured_boosts(settings: Settings) -> LiveFile[settings_search.Boost]:
    def parse(_: str) -> Parsed[settings_search.Boost]:
        try:
            return Parsed(load_settings(settings.path).search.boosts)
        except ConfigurationError as error:
            return Parsed((), error.faults)

    return LiveFile(settings.path, parse, settings.search.boosts)
