"""How `crawler plan` looks at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.text import Text

from catalog.words import amount, because, duration, number
from crawler.commands.terminal import console, table
from crawler.planning.estimate import Estimate
from crawler.planning.groups import Group
from crawler.planning.ledger_plan import LedgerPlan
from crawler.planning.sample import SamplePlan
from settings.rule_places import RulePlaces

_SHOWN_EXAMPLES: Final = 3
_SHOWN_GROUPS: Final = 25


def print_ledger_plan(plan: LedgerPlan, places: RulePlaces) -> None:
    """What would change first, then what is refused by which rule, then what it costs."""
    screen, found, rules = console(), plan.difference, _Rules(plan.connector, places)
    screen.print(
        Text.assemble(
            (plan.connector, "bold"),
            f": {number(found.urls, 'known URL')}, {number(found.documents, 'document')}; judged again by "
            f"{places.file.name}, nothing was asked of any site",
        )
    )
    changes = (
        ("Would become documents (fetched before; so far kept out by)", found.added, "green"),
        ("Would be fetched (never asked for; so far kept out by)", found.newly_crawled, "green"),
        ("Documents that would be removed (by)", found.removed, "red"),
        ("Other URLs that would not be asked for any more (by)", found.no_longer_crawled, "yellow"),
        ("Documents that would get other readers (by)", found.access, "yellow"),
    )
    changed = False
    for title, groups, style in changes:
        if groups.total:
            changed = True
            _print_groups(screen, f"{title}: {groups.total:,}", groups, rules, style)
    for sentence in _remarks(plan):
        changed = True
        screen.print(Text(sentence))
    if not changed:
        screen.print(Text("The configuration changes nothing for the URLs that are known."))
    _print_groups(screen, f"Refused by rules: {found.refused.total:,}", found.refused, rules)
    screen.print(
        Text(
            f"\nThe next full sync: {number(found.crawled, 'URL')} asked for, "
            f"{number(found.indexed, 'document')} as far as is known. {_cost(plan.estimate)}"
        )
    )
    screen.print()


def print_sample_plan(plan: SamplePlan, places: RulePlaces) -> None:
    """What a sampled crawl met."""
    screen, rules = console(), _Rules(plan.connector, places)
    screen.print(
        Text.assemble(
            (plan.connector, "bold"),
            f": a sample of {number(plan.crawled, 'URL')} ({plan.requested:,} asked for); "
            f"{number(plan.urls, 'URL')} met, {plan.waiting:,} of them not asked for; nothing was kept",
        )
    )
    if plan.error:
        screen.print(Text(plan.error, style="red"))
    indexed = f"Would be indexed: {plan.indexed.total:,}"
    for group in plan.indexed:
        screen.print(Text(f"\n{indexed}", style="green"))
        for example in group.examples:
            screen.print(Text(f"  {example}"))
    others = [
        number(count, noun)
        for count, noun in ((plan.duplicates, "duplicate"), (plan.redirects, "redirect"))
        if count
    ]
    if others:
        screen.print(Text(f"Besides: {', '.join(others)}"))
    _print_groups(screen, f"Refused by rules: {plan.refused.total:,}", plan.refused, rules)
    _print_groups(screen, f"Gone or failed: {plan.failed.total:,}", plan.failed, rules, "red")
    if plan.hosts:
        hosts = table("links", "to host", "such as", right={"links"})
        for host in plan.hosts[:_SHOWN_GROUPS]:
            hosts.add_row(f"{host.links:,}", Text(host.host), Text(host.examples[0] if host.examples else ""))
        screen.print(Text("\nLinks that would not be followed, as they leave the scope:"), hosts, sep="\n")
    whole = "All that is in scope was met." if plan.complete else "At least, for pages not read link more:"
    screen.print(Text(f"\n{whole} {_cost(plan.estimate)}"))
    screen.print()


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of one connector, and where they stand."""

    connector: str
    places: RulePlaces

    def lines(self, group: Group) -> Iterator[str]:
        """The rule itself, its place in the file, its meaning: whatever of it there is."""
        if group.rule is not None:
            yield group.rule
        if (place := self.places.find(self.connector, group.rule)) is not None:
            yield str(place)
        if group.reason is not None:
            yield because(group.reason)


def _print_groups(
    screen: Console, title: str, groups: Iterable[Group], rules: _Rules, style: str = ""
) -> None:
    listed = list(groups)
    if not listed:
        return
    rows = table("URLs", "rule", "such as", right={"URLs"})
    for group in listed[:_SHOWN_GROUPS]:
        examples = "\n".join(group.examples[:_SHOWN_EXAMPLES])
        rows.add_row(f"{group.count:,}", Text("\n".join(rules.lines(group))), Text(examples))
    screen.print(Text(f"\n{title}", style=style))
    screen.print(rows)
    if len(listed) > _SHOWN_GROUPS:
        screen.print(f"… and {number(len(listed) - _SHOWN_GROUPS, 'more rule')}: `--json` has all")


def _remarks(plan: LedgerPlan) -> Iterator[str]:
    found = plan.difference
    if plan.new_seeds:
        yield f"\nNew seeds, which would be fetched: {', '.join(plan.new_seeds)}"
    for group in found.opened_hosts:
        yield f"\nIn scope now: {number(group.count, 'link')} to {group.rule}, such as {group.examples[0]}"
    if found.read_again:
        yield (
            f"\n{number(found.read_again, 'document')} would be read again, from the bodies that are kept "
            "where they are: the settings that decide how pages are read have changed."
        )
    if found.unreached:
        yield (
            f"\n{number(found.unreached, 'document')} would lose the page by which it was found, or lie too "
            "deep: a sync asks for each directly, and keeps it while it answers."
        )
    if found.protected:
        yield (
            f"\nThe deletion guard would stop this: {found.removed.total:,} of {found.documents:,} documents "
            "is more than `sync.deletion_guard`; all would be kept until `crawler sync --accept-deletions`."
        )


def _cost(estimate: Estimate) -> str:
    slowest = ""
    if estimate.slowest_host is not None and estimate.seconds_per_request:
        slowest = f" ({estimate.slowest_host}: a request every {estimate.seconds_per_request:.2f} s)"
    return (
        f"{number(estimate.pages, 'request')}, {amount(estimate.bytes)} if all is sent in full, "
        f"{duration(estimate.seconds)} at the allowed rate{slowest}."
    )
