"""`crawler plan`: what the next sync would do, and what a changed configuration would add and remove."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from settings.console import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    print_json,
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
    from crawler.commands.catalog_reading import known_catalog
    from crawler.commands.chosen import choose

    settings = load_or_exit(config)
    chosen = choose(settings, connectors or [])
    with known_catalog(settings) as known:
        ledger = _from_ledger(settings, chosen, known)
        planned = {each.connector for each in ledger}
        unknown = [each for each in chosen if sample is not None or each.name not in planned]
        sampled = _from_samples(settings, unknown, sample, known)
    _print(settings, ledger, sampled, json=json)
    if any(each.interrupted for each in sampled):
        raise typer.Exit(ExitCode.INTERRUPTED)
    if any(each.error for each in sampled):
        raise typer.Exit(ExitCode.FAILED)


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
    from crawler.commands.catalog_reading import throwing_away
    from crawler.planning.sample import SAMPLE, plan_from_sample

    with throwing_away(*chosen):
        return plan_from_sample(settings, chosen, pages or SAMPLE, known)


def _print(
    settings: Settings, ledger: list[LedgerPlan], sampled: tuple[SamplePlan, ...], *, json: bool
) -> None:
    from settings.rule_places import RulePlaces

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
