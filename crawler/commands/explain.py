"""`crawler explain`: everything known of a URL, as a story and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

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
    from collections.abc import Sequence

    from catalog.explanation import Explanation
    from crawler.planning.unseen_prospect import Prospect
    from settings.rule_places import RulePlaces


def explain(
    url: Annotated[str, typer.Argument(help="The address, as the browser shows it.")],
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Tell everything known of a URL: how it was found, what was decided and why, what was kept.

    Of one that was never met: which rule would decide, for each connector, without asking for it.
    """
    from catalog.canonical_url import UrlFault
    from catalog.lookup import known_by, spelt_otherwise
    from catalog.typed_address import address_as_typed
    from crawler.commands.catalog_reading import reading
    from crawler.sync.reading_mark import reading_mark
    from settings.rule_places import RulePlaces

    address = address_as_typed(url)
    if isinstance(address, UrlFault):
        stop(address.detail, ExitCode.WRONG_CALL)
    settings = load_or_exit(config)
    places = RulePlaces(settings.path)
    with reading(settings) as connection:
        marks = {each.name: reading_mark(settings, each) for each in settings.connectors}
        if found := known_by(connection, address, url, marks):
            _tell(found, places, json=json)
            return
        from catalog.explanation import links_to_host
        from crawler.planning.unseen import prospects

        elsewhere = links_to_host(connection, address.host)
        expected = prospects(connection, settings, address)
        similar = spelt_otherwise(connection, address)
    if json:
        from catalog.explanation_object import unseen_object

        would = [_prospect_object(each, places) for each in expected]
        print_json(unseen_object(address.url, elsewhere, similar, would))
    else:
        from crawler.commands.story import print_unseen

        print_unseen(address, elsewhere, expected, similar, places)


def _tell(found: Sequence[Explanation], places: RulePlaces, *, json: bool) -> None:
    """Where several connectors know the URL, the others' objects come under `others`."""
    if json:
        from catalog.explanation_object import explanation_object

        first, *others = (explanation_object(each, places) for each in found)
        print_json(first | {"others": others})
        return
    from crawler.commands.story import print_explanation

    for explanation in found:
        print_explanation(explanation, places)


def _prospect_object(each: Prospect, places: RulePlaces) -> dict[str, Any]:
    from crawler.planning.plan_json import decision_object

    return {
        "connector": each.connector,
        "crawl": decision_object(each.crawl, each.connector, places),
        "keep": None if each.keep is None else decision_object(each.keep, each.connector, places),
        "variant_of": each.variant_of,
        "as": "file" if each.looks_like_file else "page",
        "access": each.readers,
        "access_rule": each.access_rule,
    }
