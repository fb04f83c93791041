"""The watch over saved searches: of all workers on all machines one keeps it at a time."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from typing import Final

from catalog.alerts import are_due
from catalog.errors import CatalogError
from catalog.named_leases import give_lease_back, take_lease
from catalog.published_changes import are_waiting
from catalog.vault import Vault
from search_api.backend import UnavailableError
from search_api.catalog_door import CatalogDoor
from search_api.current_settings import CurrentSettings
from search_api.identity.identify import Identifier
from search_api.identity.refusals import ProviderError
from search_api.saved.comparing import compare_changes
from search_api.saved.standing import Watching
from search_api.saved.telling import Post, tell_due
from search_api.service import SearchService

logger = logging.getLogger(__name__)

INTERVAL_SECONDS: Final = 2.0
LEASE: Final = "alerts"


class AlertWatch:
    """A thread that compares what was published with what is saved, and tells the webhooks."""

    def __init__(
        self, service: SearchService, catalog: CatalogDoor, settings: CurrentSettings, identifier: Identifier
    ) -> None:
        self._service: Final = service
        self._catalog: Final = catalog
        self._settings: Final = settings
        self._identifier: Final = identifier
        self._stopping: Final = threading.Event()
        self._thread: Final = threading.Thread(target=self._keep, name="alerts", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End once what is being done is done; another worker goes on at once."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def look(self) -> None:
        """Do all that waits, unless another process is doing it. Raises `UnavailableError`."""
        while self._something_waits() and not self._stopping.is_set():
            watching = Watching(self._catalog, self._identifier, self._service.backend)
            with self._catalog.write() as connection:
                if not take_lease(connection, LEASE):
                    return
            compare_changes(watching)
            allowed = self._settings.get().search.alerts.webhooks
            tell_due(watching, Post(Vault.open(self._catalog.directory), allowed))

    def _something_waits(self) -> bool:
        with self._catalog.read() as connection:
            return are_waiting(connection) or are_due(connection, datetime.now(UTC))

    def _keep(self) -> None:
        said = ""
        while not self._stopping.wait(INTERVAL_SECONDS):
            try:
                self.look()
                said = ""
            except (UnavailableError, CatalogError, ProviderError) as error:
                if str(error) != said:
                    logger.warning("saved searches wait: %s", error)
                said = str(error)
            except Exception:
                logger.exception("saved searches wait")
        try:
            with self._catalog.write() as connection:
                give_lease_back(connection, LEASE)
        except UnavailableError:
            pass  # it ends with this process
