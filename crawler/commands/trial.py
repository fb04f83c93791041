"""`crawler validate --try URL`: what the selectors and mappings of a connector yield on a live page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import typer

from settings.console import ExitCode, print_json, stop

if TYPE_CHECKING:
    from catalog.document import FieldFault, FieldValue
    from crawler.planning.trial import Trial
    from settings.configuration import Settings
    from settings.mapping import FieldMapping

_SHOWN_TEXT: Final = 600
_SHOWN_VALUE: Final = 200


def try_url(settings: Settings, url: str, *, json: bool) -> None:
    """Fetch a page as a sync would, and print what it yields; exit 1 where no document comes of it."""
    from catalog.canonical_url import UrlFault
    from catalog.typed_address import address_as_typed
    from crawler.commands.catalog_reading import known_catalog, throwing_away
    from crawler.planning.trial import connector_for, try_page

    address = address_as_typed(url)
    if isinstance(address, UrlFault):
        stop(address.detail, ExitCode.WRONG_CALL)
    connector, decision = connector_for(settings, address)
    with known_catalog(settings) as known, throwing_away(connector):
        trial = try_page(settings, connector, address, decision, known)
    mappings = _applying(trial, connector.field_mappings)
    if json:
        print_json(_as_object(trial, mappings))
    else:
        _print(trial, mappings)
    if trial.document is None:
        raise typer.Exit(ExitCode.FAILED)


def _applying(trial: Trial, mappings: tuple[FieldMapping, ...]) -> tuple[FieldMapping, ...]:
    """Those that are for what came of it, a page or a file; all where nothing did."""
    if trial.document is None:
        return mappings
    kind = trial.document.kind.value
    return tuple(each for each in mappings if each.applies_to.value in (kind, "both"))


def _faults(trial: Trial) -> tuple[FieldFault, ...]:
    found = trial.found
    return () if found is None or found.document is None else found.document.faults


def _as_object(trial: Trial, mappings: tuple[FieldMapping, ...]) -> dict[str, Any]:
    from dataclasses import asdict

    found, document = trial.found, trial.document
    fields = {} if document is None else dict(document.fields)
    return {
        "url": trial.url,
        "connector": trial.connector,
        "would_crawl": trial.decision.allowed,
        "rule": trial.decision.rule,
        "error": trial.error,
        "state": None if found is None else found.state,
        "reason": trial.decision.reason if found is None else found.reason,
        "detail": None if found is None else found.detail,
        "status": None if found is None else found.status,
        "renderer": None if found is None else found.renderer,
        "link_text": None if found is None else found.link_text,
        "document": None if document is None else document.url,
        "title": None if document is None else document.title,
        "language": None if document is None else document.language,
        "fields": fields,
        "mappings": [
            {"field": each.field, "from": each.sources, "value": fields.get(each.field)} for each in mappings
        ],
        "faults": [asdict(fault) for fault in _faults(trial)],
        "text": "" if document is None else _text(trial),
    }


def _text(trial: Trial) -> str:
    assert trial.document is not None
    return "\n\n".join(block.text for block in trial.document.blocks)


def _print(trial: Trial, mappings: tuple[FieldMapping, ...]) -> None:
    from rich.text import Text

    from crawler.commands import terminal

    screen = terminal.console()
    screen.print(Text(trial.url, style="bold"))
    for line in (*_verdict(trial), *_of_link_text(trial, mappings)):
        screen.print(Text(line))
    if trial.document is None:
        return
    table = terminal.table("field", "value", "from")
    sources: dict[str, str] = {}
    for each in mappings:
        told = ", ".join(each.sources)
        sources[each.field] = f"{sources[each.field]}, {told}" if each.field in sources else told
    faults = {fault.field: fault for fault in _faults(trial)}
    for name, value in trial.document.fields.items():
        table.add_row(name, Text(_shown(value)), Text(sources.get(name, ""), style="dim"))
    for name, source in sources.items():
        if name not in trial.document.fields:
            why = f"no value: {faults[name].message}" if name in faults else "no value"
            table.add_row(name, Text(why, style="yellow"), Text(source, style="dim"))
    screen.print(table)
    text = _text(trial)
    screen.print(Text(f"\n{text[:_SHOWN_TEXT]}{' …' if len(text) > _SHOWN_TEXT else ''}"))


def _verdict(trial: Trial) -> Iterator[str]:
    from catalog.words import because

    found, document = trial.found, trial.document
    yield f"Read as by a sync of the connector {trial.connector}; nothing of it is kept."
    if not trial.decision.allowed:
        rule = f", {trial.decision.rule}" if trial.decision.rule else ""
        yield f"But a sync does not follow links to it: {because(trial.decision.reason)}{rule}."
    if trial.error is not None:
        yield trial.error
    if found is not None and found.reason is not None:
        detail = f": {found.detail}" if found.detail else ""
        yield f"{found.state.value.capitalize()}: {because(found.reason)}{detail}"
        if found.reason.advice:
            yield f"What to do: {found.reason.advice}."
    if document is not None:
        how = "" if found is None else f", status {found.status}, read by {found.renderer}"
        what = document.url if document.url != trial.url else f"a {document.kind.value}"
        yield f"It is {what}{how}, language {document.language or 'unknown'}."


def _of_link_text(trial: Trial, mappings: tuple[FieldMapping, ...]) -> Iterator[str]:
    if trial.found is not None and trial.found.link_text:
        yield f"A link to it that a sync followed says “{trial.found.link_text}”."
    elif any("link:text" in mapping.sources for mapping in mappings):
        yield "No link text is known of it: no page was read that links it. A sync takes that of the link."


def _shown(value: FieldValue) -> str:
    from datetime import datetime

    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    return text if len(text) <= _SHOWN_VALUE else f"{text[:_SHOWN_VALUE]} …"
