"""`crawler schedule`: stay up, and run each connector when it is due or asked for."""

from __future__ import annotations

from typing import Annotated

import typer

from settings.console import DEFAULT_CONFIG, ConfigOption, ExitCode, load_or_exit, stop


def schedule(
    config: ConfigOption = DEFAULT_CONFIG,
    no_index: Annotated[bool, typer.Option("--no-index", help="Crawl only; index elsewhere.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print each event as a line of JSON too.")] = False,
) -> None:
    """Stay up, run each connector by its `sync.schedule`, and do what the search service asks for.

    SIGTERM and Ctrl-C stop the syncs under way cleanly; the next start continues them.
    """
    load_or_exit(config)
    import asyncio

    from catalog.database import open_catalog
    from catalog.errors import CatalogError
    from crawler.scheduling.events import EventLog
    from crawler.scheduling.scheduler import Scheduler, run_until_signalled
    from crawler.scheduling.watched_settings import WatchedSettings

    with WatchedSettings(config) as watched:
        store = watched.settings.store
        try:
            catalog = open_catalog(store.database, store.directory)
            try:
                scheduler = Scheduler(catalog, watched, EventLog(json=json), index=not no_index)
                asyncio.run(run_until_signalled(scheduler))
            finally:
                catalog.close()
        except CatalogError as error:
            stop(str(error), ExitCode.FAILED)
