"""How `crawler explain` looks at a terminal: the story of a URL, and what is to be said of one never met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from catalog.canonical_url import WebAddress
from catalog.explanation import Explanation, RefusedHostLinks
from catalog.story import readers, story_of, verdict_sentence, verdict_title
from catalog.vocabulary import Decision
from catalog.words import because, number
from crawler.commands.terminal import console
from crawler.planning.unseen_prospect import Prospect
from settings.rule_places import RulePlaces


def print_explanation(found: Explanation, places: RulePlaces) -> None:
    """A URL's story: the verdict first, then how it came to it."""
    screen = console()
    screen.print(Text(found.url, style="bold"))
    screen.print(Text(verdict_title(found)))
    screen.print(Text(verdict_sentence(found)))
    _print_labelled(screen, story_of(found, places))
    screen.print()


def print_unseen(
    address: WebAddress,
    elsewhere: Sequence[RefusedHostLinks],
    expected: Sequence[Prospect],
    similar: Sequence[str],
    places: RulePlaces,
) -> None:
    """What can be said of a URL that has no row: who met its host, and which rule would decide."""
    screen = console()
    screen.print(Text(address.url, style="bold"))
    if not elsewhere:
        screen.print("never seen: no page that was crawled links to it, and no seed or sitemap names it")
    for refusal in elsewhere:
        links = number(refusal.count, "link")
        screen.print(
            Text(f"refused: {refusal.connector} met {links} to {address.host}: {because(refusal.reason)}")
        )
    if similar:
        screen.print(Text(f"but known: {', '.join(similar)}"))
    for each in expected:
        screen.print(Text(f"  {each.connector:<10} {' '.join(_prospect(each, places))}"))
    screen.print()


def _prospect(each: Prospect, places: RulePlaces) -> Iterator[str]:
    if not each.crawl.allowed:
        yield f"would not ask for it: {_ruling(each.crawl, each.connector, places)}"
        return
    if each.variant_of is not None:
        yield f"would take it for a variant of {each.variant_of.url}: {each.variant_of.rule}"
        return
    if each.keep is not None and not each.keep.allowed:
        yield f"would fetch it, but not index it: {_ruling(each.keep, each.connector, places)}"
        return
    kind = "file" if each.looks_like_file else "page"
    yield f"would fetch it, and index it if it is a {kind}, readable by {readers(each.readers)}"


def _ruling(decision: Decision, connector: str, places: RulePlaces) -> str:
    place = places.find(connector, decision.rule)
    parts = [because(decision.reason), decision.rule, None if place is None else str(place)]
    return ", ".join(part for part in parts if part)


def _print_labelled(screen: Console, story: Iterator[tuple[str, Sequence[str]]]) -> None:
    for label, lines in story:
        for index, line in enumerate(lines):
            screen.print(Text(f"  {label if index == 0 else '':<10} {line}"))
