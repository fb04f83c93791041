"""Which realm the paths of a site belong to, as its challenges told (RFC 7617 section 2.2).

A page's realm holds for everything at or below its directory, until a challenge says otherwise. So
credentials that one realm accepted are sent unasked within that realm alone; another realm of the same origin
is asked first, and its rejection stops nothing elsewhere.
"""

from __future__ import annotations

from typing import Final

MOST_DIRECTORIES: Final = 10_000


class RealmMap:
    """Directories of origins and their realms; only those are kept that differ from the directory above."""

    def __init__(self) -> None:
        self._realms: dict[tuple[str, str], str] = {}

    def realm_of(self, origin: str, target: str) -> str | None:
        """The realm of the nearest directory that is known; None where none is."""
        if not self._realms:
            return None
        directory = _directory(target)
        while (realm := self._realms.get((origin, directory))) is None:
            if directory == "/":
                return None
            directory = _directory(directory[:-1])
        return realm

    def learn(self, origin: str, target: str, realm: str) -> None:
        """A challenge for that page named this realm."""
        if self.realm_of(origin, target) == realm:
            return
        if len(self._realms) >= MOST_DIRECTORIES:
            self._realms.clear()  # each request without credentials learns its directory anew
        self._realms[origin, _directory(target)] = realm


def _directory(target: str) -> str:
    return target.partition("?")[0].rpartition("/")[0] + "/"
