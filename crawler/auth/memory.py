"""What a login remembers between runs: its session, and that its credentials were rejected."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from catalog.database import Catalog
from catalog.sessions import (
    Rejection,
    forget_rejection,
    forget_session,
    load_session,
    rejection_of,
    remember_rejection,
    save_session,
)
from catalog.vault import Vault
from crawler.auth.scheme import Scheme


class LoginMemory(Protocol):
    """Where sessions and rejections are kept."""

    async def rejection(self, scheme: Scheme) -> Rejection | None:
        """Whether the credentials were rejected before, and what was said."""

    async def remember_rejection(self, scheme: Scheme, sentence: str) -> None:
        """Have these credentials not tried again."""

    async def forget_rejection(self, scheme: Scheme) -> None:
        """These credentials were accepted."""

    async def session(self, scheme: Scheme) -> bytes | None:
        """The session that was kept for this login."""

    async def keep_session(self, scheme: Scheme, state: bytes | None) -> None:
        """Keep a session in place of the former one; None: there is none any more."""


@dataclass(frozen=True, slots=True)
class CatalogMemory:
    """Keeps them in the catalog, sealed by the vault; calls run in threads, since the database may wait."""

    catalog: Catalog
    vault: Vault
    connector_id: int

    async def rejection(self, scheme: Scheme) -> Rejection | None:
        """Whether the credentials were rejected before, and what was said."""
        mark = self.vault.mark(scheme.secrets)

        def ask() -> Rejection | None:
            with self.catalog.read() as connection:
                return rejection_of(connection, mark)

        return await asyncio.to_thread(ask)

    async def remember_rejection(self, scheme: Scheme, sentence: str) -> None:
        """Have these credentials not tried again by any connector."""
        mark = self.vault.mark(scheme.secrets)

        def remember() -> None:
            with self.catalog.write() as connection:
                remember_rejection(connection, mark, sentence)

        await asyncio.to_thread(remember)

    async def forget_rejection(self, scheme: Scheme) -> None:
        """These credentials were accepted: nothing stands against them any more."""
        mark = self.vault.mark(scheme.secrets)

        def forget() -> None:
            with self.catalog.write() as connection:
                forget_rejection(connection, mark)

        if await self.rejection(scheme) is not None:
            await asyncio.to_thread(forget)

    async def session(self, scheme: Scheme) -> bytes | None:
        """The session that a former run of the connector kept for this login."""
        login = self._login(scheme)

        def load() -> bytes | None:
            with self.catalog.read() as connection:
                return load_session(connection, self.vault, self.connector_id, login)

        return await asyncio.to_thread(load)

    async def keep_session(self, scheme: Scheme, state: bytes | None) -> None:
        """Keep a session in place of the former one; None: there is none any more."""
        login = self._login(scheme)

        def keep() -> None:
            with self.catalog.write() as connection:
                if state is None:
                    forget_session(connection, self.connector_id, login)
                else:
                    save_session(connection, self.vault, self.connector_id, login, state)

        await asyncio.to_thread(keep)

    def _login(self, scheme: Scheme) -> str:
        """A session belongs to its credentials: with other ones it is not found."""
        return self.vault.mark([scheme.kind, *sorted(scheme.origins), *scheme.secrets])
