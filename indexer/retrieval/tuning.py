"""What changes the ranking besides the configuration's weights: synonyms and boosts."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Protocol

from catalog.database import Catalog
from catalog.live_tuning import LiveTuning
from indexer.lexical.thesaurus import NO_SYNONYMS, Thesaurus
from indexer.retrieval.question import Boost
from settings import search as settings_search
from settings.configuration import Settings
from settings.faults import ConfigurationError
from settings.load import load_settings
from settings.tuning.boosts import parse_boosts
from settings.tuning.files import synonym_files
from settings.tuning.kinds import TuningKind
from settings.tuning.live import LiveFile
from settings.tuning.parsed import Parsed
from settings.tuning.synonyms import parse_synonyms


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


class LiveRankingTuning:
    """The tuning of a configuration's files, of the configuration itself (its boosts), and of what was put
    through the interface, taken up anew when any of them changes."""

    def __init__(self, settings: Settings, catalog: Catalog) -> None:
        files = synonym_files(settings.search)
        self.synonyms: Final = LiveTuning(TuningKind.SYNONYMS, catalog, files, parse_synonyms)
        self.boosts: Final = LiveTuning(
            TuningKind.BOOSTS,
            catalog,
            [_configured_boosts(settings)],
            lambda text, name: parse_boosts(text, name, settings.fields),
        )
        self.current = self._tuning()

    def refresh(self) -> None:
        """Take over what was changed since; cheap when nothing was. Raises `CatalogError`."""
        changed = [live for live in (self.synonyms, self.boosts) if live.refresh()]
        if changed:
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


def _configured_boosts(settings: Settings) -> LiveFile[settings_search.Boost]:
    def parse(_: str) -> Parsed[settings_search.Boost]:
        try:
            return Parsed(load_settings(settings.path).search.boosts)
        except ConfigurationError as error:
            return Parsed((), error.faults)

    return LiveFile(settings.path, parse, settings.search.boosts)
