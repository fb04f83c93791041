"""`crawler plan`: what the next sync would do, and what a changed configuration would add and remove."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from settings.console import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    print_json,
    stop,
)

if TYPE_CHECKING:
    from catalog.database import Catalog
    from crawler.planning.ledger_plan import LedgerPlan
    from crawler.planning.sample import SamplePlan
    from settings.configuration import Settings
    from settings.connector import ConnectorSettings


def plan(
    connectors: Annotated[list[str] | None, typer.Argument(help="Connectors by name; all if none.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    sample: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Crawl so many pages of each connector to see what is there, and keep nothing. Without it"
            " only connectors that were never crawled are sampled (300 pages).",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show what a sync would do, without doing it.

    Where a connector was crawled before, every address that is known is judged again by the configuration
    as it is now: what it would add and remove, by which rule, without a single request.
    """
    from crawler.commands.chosen import choose

    settings = load_or_exit(config)
    chosen = choose(settings, connectors or [])
    with _known_catalog(settings) as known:
        ledger = _from_ledger(settings, chosen, known)
        planned = {each.connector for each in ledger}
        unknown = [each for each in chosen if sample is not None or each.name not in planned]
        sampled = _from_samples(settings, unknown, sample, known)
    _print(settings, ledger, sampled, json=json)
    if any(each.interrupted for each in sampled):
        raise typer.Exit(ExitCode.INTERRUPTED)
    if any(each.error for each in sampled):
        raise typer.Exit(ExitCode.FAILED)


@contextmanager
def _known_catalog(settings: Settings) -> Iterator[Catalog | None]:
    """The catalog, unless there is none yet: a plan makes none."""
    from sqlalchemy import make_url

    from catalog.database import open_catalog
    from catalog.errors import CatalogError

    url = make_url(settings.store.database)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        yield None
        return
    try:
        catalog = open_catalog(settings.store.database, settings.store.directory)
        try:
            yield catalog
        finally:
            catalog.close()
    except CatalogError as error:
        stop(str(error), ExitCode.FAILED)


def _from_ledger(
    settings: Settings, chosen: tuple[ConnectorSettings, ...], known: Catalog | None
) -> list[LedgerPlan]:
    if known is None:
        return []
    from crawler.planning.ledger_plan import plan_from_ledger

    with known.read() as connection:
        plans = [plan_from_ledger(connection, settings, connector) for connector in chosen]
    return [each for each in plans if each is not None]


def _from_samples(
    settings: Settings, chosen: list[ConnectorSettings], pages: int | None, known: Catalog | None
) -> tuple[SamplePlan, ...]:
    if not chosen:
        return ()
    from catalog.errors import CatalogError
    from crawler.planning.sample import SAMPLE, plan_from_sample
    from crawler.sync.not_yet import unsupported
    from crawler.sync.site_access import UnusableSettingError

    if sentences := [sentence for each in chosen for sentence in unsupported(each)]:
        stop("\n".join(sentences), ExitCode.WRONG_CALL)
    try:
        return plan_from_sample(settings, chosen, pages or SAMPLE, known)
    except CatalogError as error:
        stop(str(error), ExitCode.FAILED)
    except UnusableSettingError as error:
        stop(str(error), ExitCode.WRONG_CALL)


def _print(
    settings: Settings, ledger: list[LedgerPlan], sampled: tuple[SamplePlan, ...], *, json: bool
) -> None:
    from crawler.planning.rule_places import RulePlaces

    places = RulePlaces(settings.path)
    if json:
        from crawler.planning.plan_json import ledger_plan_object, sample_plan_object

        plans = [ledger_plan_object(each, places) for each in ledger]
        print_json({"plans": plans + [sample_plan_object(each, places) for each in sampled]})
        return
    from crawler.commands.plan_tables import print_ledger_plan, print_sample_plan

    for known in ledger:
        print_ledger_plan(known, places)
    for each in sampled:
        print_sample_plan(each, places)
