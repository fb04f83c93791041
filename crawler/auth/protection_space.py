"""Which realm the paths of a site belong to, as its challenges told (RFC 7617 section 2.2).

The RFC lets credentials go unasked to all that lies below a directory whose realm accepted them. Where
another realm begins there, that is a failed attempt for each request under way, and locks accounts. So a new
directory is asked first, as long as that costs little, and then its own realm is known.
"""

from __future__ import annotations

from typing import Final

MOST_DIRECTORIES: Final = 10_000
MOST_ASKED: Final = 200
"""So many directories are asked first for which realm they are; from then on only those at the top."""


class RealmMap:
    """Directories of origins and their realms."""

    def __init__(self) -> None:
        self._realms: dict[tuple[str, str], str] = {}

    def realm_to_carry(self, origin: str, target: str) -> str | None:
        """The realm whose credentials a request may carry unasked; None: ask first."""
        directory = _directory(target)
        realm = self._realms.get((origin, directory))
        if realm is not None:
            return realm
        above = self._realm_above(origin, directory)
        is_at_the_top = directory.count("/") <= 2
        if above and (is_at_the_top or len(self._realms) < MOST_ASKED):
            return None
        return above  # "" is the whole origin's, which knows us without ever asking

    def learn(self, origin: str, target: str, realm: str) -> None:
        """A challenge for that page named this realm."""
        if len(self._realms) >= MOST_DIRECTORIES:
            self._realms.clear()  # each request without credentials learns its directory anew
        self._realms[origin, _directory(target)] = realm

    def _realm_above(self, origin: str, directory: str) -> str | None:
        while directory != "/":
            directory = _directory(directory[:-1])
            if (realm := self._realms.get((origin, directory))) is not None:
                return realm
        return None


def _directory(target: str) -> str:
    return target.partition("?")[0].rpartition("/")[0] + "/"
