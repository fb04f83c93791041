"""How `crawler status`, `runs`, `report` and `explain` look at a terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection

from catalog.access import AccessList
from catalog.explanation import Explanation, Finding, KnownDocument, RefusedHostLinks
from catalog.reports import ConnectorStatus, Health, refused_hosts, report_rows, run_summary, verdict_counts
from catalog.runs import Run, latest_runs
from catalog.task import FoundBy
from catalog.vocabulary import Reason, UrlState

_SHOWN_URLS: Final = 40
_PIPE_WIDTH: Final = 10_000
_FOLDED: Final = {"URL", "reason", "rule", "such as"}

_HEALTH_COLOURS: Final = {
    Health.NEW: "dim",
    Health.RUNNING: "cyan",
    Health.HEALTHY: "green",
    Health.INCOMPLETE: "yellow",
    Health.STOPPED: "yellow",
    Health.FAILED: "red",
}

_DETAIL_LABELS: Final = {UrlState.REDIRECT: "leads to", UrlState.DUPLICATE: "copy of"}

_FOUND: Final = {
    FoundBy.SEED: "is a seed",
    FoundBy.LINK: "is linked",
    FoundBy.SITEMAP: "stands in a sitemap",
    FoundBy.SITEMAP_FILE: "is a sitemap",
    FoundBy.REDIRECT: "is where a redirect leads",
    FoundBy.CANONICAL: "is named as the canonical address",
    FoundBy.ORPHAN: "was asked for again, as no page led to it any more",
    FoundBy.COPY: "was taken for a copy, and then judged on its own",
}


def _console() -> Console:
    """As wide as the terminal; into a pipe or a file as wide as it takes, for a line is one record there."""
    console = Console(highlight=False, soft_wrap=True)
    return console if console.is_terminal else Console(highlight=False, soft_wrap=True, width=_PIPE_WIDTH)


def _table(*columns: str, right: Collection[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(
            column,
            justify="right" if column in right else "left",
            overflow="fold" if column in _FOLDED else "ellipsis",
            no_wrap=column not in _FOLDED,
        )
    return table


def print_statuses(
    statuses: Sequence[tuple[ConnectorStatus, datetime | None]], configured: Collection[str]
) -> None:
    """One line for each connector; one that is not in the configuration any more says so."""
    table = _table(
        "connector",
        "health",
        "documents",
        "chunks",
        "to index",
        "last run",
        "next run",
        right={"documents", "chunks", "to index"},
    )
    for each, following in statuses:
        name = each.name if each.name in configured else f"{each.name} (not configured)"
        table.add_row(
            Text(name),
            Text(each.health, style=_HEALTH_COLOURS[each.health]),
            f"{each.documents:,}",
            f"{each.chunks:,}",
            f"{each.waiting:,}",
            "never" if each.last_run is None else _minute(each.last_run.started_at),
            "when asked" if following is None else f"{following:%Y-%m-%d %H:%M %Z}",
        )
    _console().print(table)


def print_runs(found: Sequence[Run]) -> None:
    """One line for each run."""
    if not found:
        _console().print("No connector ran yet: `crawler sync` runs them.")
        return
    numbers = ("added", "changed", "unchanged", "deleted", "refused", "failed", "pages/s")
    table = _table("run", "connector", "mode", "state", "began", "took", *numbers, right={"run", *numbers})
    for run in found:
        summary = run_summary(run)
        table.add_row(
            str(run.id),
            run.connector,
            run.mode,
            run.state if run.limit is None else f"{run.state} ({run.limit})",
            _minute(run.started_at),
            _duration(run.seconds),
            *(f"{summary[kind]:,}" for kind in ("added", "changed", "unchanged", "deleted")),
            f"{sum(summary['refused'].values()):,}",
            f"{sum(summary['failed'].values()):,}",
            f"{summary['pages_per_second']:.1f}",
        )
    _console().print(table)


def print_report(connection: Connection, run: Run) -> None:
    """The verdicts of a run with their meanings, the hosts it left out, and what did not get in."""
    console = _console()
    console.print(
        f"Run {run.id} of {run.connector}: {run.mode}, {run.state}"
        + (f", {run.limit} reached" if run.limit else "")
        + f", began {_moment(run.started_at)}, took {_duration(run.seconds)}"
    )
    if run.error:
        console.print(Text(run.error, style="red"))
    if latest_runs(connection)[run.connector].id != run.id:
        console.print("What a later run met again is in that run's report.", style="dim")
    table = _table("URLs", "state", "reason", right={"URLs"})
    for verdict in verdict_counts(connection, run.id):
        table.add_row(f"{verdict.count:,}", verdict.state, _because(verdict.reason))
    console.print(table)
    _print_refused_hosts(console, connection, run.id)
    _print_rejected(console, connection, run.id)


def _print_refused_hosts(console: Console, connection: Connection, run_id: int) -> None:
    hosts = refused_hosts(connection, run_id)
    if hosts:
        table = _table("links", "to host", "reason", "such as", right={"links"})
        for host in hosts:
            example = host.examples[0] if host.examples else ""
            table.add_row(f"{host.count:,}", host.host, _because(host.reason), Text(example))
        console.print("\nNot followed:", table, sep="\n")


def _print_rejected(console: Console, connection: Connection, run_id: int) -> None:
    accepted = {UrlState.INDEXED, UrlState.UNCHANGED, UrlState.QUEUED}
    rejected = (row for row in report_rows(connection, run_id) if row.state not in accepted)
    shown = list(islice(rejected, _SHOWN_URLS + 1))
    if not shown:
        return
    table = _table("state", "reason", "rule", "URL")
    for row in shown[:_SHOWN_URLS]:
        table.add_row(row.state, row.reason or "", Text(row.rule or ""), Text(row.url))
    console.print("\nNot indexed:", table, sep="\n")
    if len(shown) > _SHOWN_URLS:
        console.print(f"… and more: `crawler report {run_id} --csv` prints every URL.")


def print_explanation(found: Explanation) -> None:
    """A URL's story: the verdict first, then how it came to it."""
    console = _console()
    console.print(Text(found.url, style="bold"))
    console.print(Text(f"{found.state}: {_because(found.reason)}" if found.reason else str(found.state)))
    for label, lines in _story(found):
        for number, line in enumerate(lines):
            console.print(Text(f"  {label if number == 0 else '':<10} {line}"))
    console.print()


def _story(found: Explanation) -> Iterator[tuple[str, Sequence[str]]]:
    yield "connector", [f"{found.connector}, met last by run {found.run}"]
    if found.rule:
        yield "rule", [found.rule]
    if found.detail:
        yield _DETAIL_LABELS.get(found.state, "detail"), [found.detail]
    yield "found", list(_chain(found.chain))
    if found.redirects:
        yield "redirects", [f"from {address}" for address in found.redirects]
    if found.fetched_at is not None:
        yield "answer", [_answer(found)]
    if found.renderer is not None:
        why = "" if found.renderer_reason is None else f", because {found.renderer_reason}"
        yield "renderer", [f"{found.renderer}{why}"]
    if found.links is not None:
        yield "links", [f"{found.links:,}"]
    if found.document is not None:
        yield "document", list(_document(found.document))
    if found.history:
        yield (
            "before",
            [
                f"version {former.version} “{former.title}”, fetched {_moment(former.fetched_at)}, "
                f"replaced {_moment(former.replaced_at)}"
                for former in found.history
            ],
        )


def _chain(chain: Sequence[Finding]) -> Iterator[str]:
    for finding, referrer in zip(chain, [*chain[1:], None], strict=True):
        where = "" if referrer is None else f" on {referrer.url}"
        subject = "it" if finding is chain[0] else "which"
        yield f"{subject} {_FOUND[finding.found_by]}{where} (depth {finding.depth})"


def _answer(found: Explanation) -> str:
    assert found.fetched_at is not None
    parts = [
        "no answer" if found.status is None else f"status {found.status}",
        found.content_type,
        None if found.size is None else _bytes(found.size),
        None if found.milliseconds is None else f"in {found.milliseconds:,} ms",
        f"on {_moment(found.fetched_at)}",
        None if found.attempts < 2 else f"at the {found.attempts}th attempt",
    ]
    return ", ".join(part for part in parts if part is not None)


def _document(document: KnownDocument) -> Iterator[str]:
    yield f"“{document.title}”, {document.kind} {document.id}"
    indexed = "in the indexes" if document.indexed else "not in the indexes yet"
    language = f", language {document.language}" if document.language else ""
    yield f"version {document.version}, {_number(document.chunks, 'chunk')}, {indexed}{language}"
    yield f"readable by {_readers(document.access)}"
    if document.deleted_at is not None:
        yield f"deleted {_moment(document.deleted_at)}"
    else:
        yield f"since {_moment(document.created_at)}, changed {_moment(document.changed_at)}"


def _readers(access: AccessList | None) -> str:
    if access is None or not access.allow:
        return "nobody"
    allowed = ", ".join(access.allow)
    return f"{allowed}, but not {', '.join(access.deny)}" if access.deny else allowed


def print_unknown_url(url: str, host: str, elsewhere: Sequence[RefusedHostLinks]) -> None:
    """What can be said of a URL that has no row."""
    console = _console()
    console.print(Text(url, style="bold"))
    if not elsewhere:
        console.print("never seen: no page that was crawled links to it, and no seed or sitemap names it")
    for refusal in elsewhere:
        links = _number(refusal.count, "link")
        console.print(Text(f"refused: {refusal.connector} met {links} to {host}: {_because(refusal.reason)}"))


def _because(reason: Reason | None) -> str:
    return "" if reason is None else f"{reason.explanation} ({reason.value})"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02.0f} s" if minutes else f"{rest:.1f} s"


def _bytes(size: int) -> str:
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return _number(size, "byte")
