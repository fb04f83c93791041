"""What a sync came to: the rows of its summary, as JSON and as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING

from catalog.reports import run_summary
from catalog.runs import Run
from catalog.vocabulary import Reason, RunState
from settings.console import ExitCode

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One connector's run, in the shape that `crawler sync --json` promises."""

    connector: str
    run: int
    mode: str
    state: str
    limit: str | None
    error: str | None
    pages_per_second: float
    seconds: float
    added: int
    changed: int
    unchanged: int
    deleted: int
    protected: int
    documents: int
    visited: int
    duplicates: int
    redirects: int
    gone: int
    rendered: int
    bytes: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    orphans: int = 0
    skipped: int = 0
    sitemaps: int = 0
    variants: int = 0
    misfits: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """A JSON object with every field."""
        return asdict(self)


def summarise(run: Run) -> RunSummary:
    """The summary of a run that has ended."""
    row = run_summary(run)
    return RunSummary(**{each.name: row[each.name] for each in fields(RunSummary)})


def exit_code(summaries: Sequence[RunSummary]) -> ExitCode:
    """The worst of what happened: stopped, failed, incomplete or protected, done."""
    states = {summary.state for summary in summaries}
    if RunState.STOPPED in states:
        return ExitCode.INTERRUPTED
    if RunState.FAILED in states:
        return ExitCode.FAILED
    if RunState.INCOMPLETE in states or any(summary.protected for summary in summaries):
        return ExitCode.INCOMPLETE
    return ExitCode.DONE


_STATE_STYLES = {
    RunState.SUCCEEDED.value: "green",
    RunState.INCOMPLETE.value: "yellow",
    RunState.FAILED.value: "red",
    RunState.STOPPED.value: "yellow",
}


def summary_table(summaries: Sequence[RunSummary]) -> Table:
    """A row per connector."""
    from rich.table import Table  # noqa: PLC0415 - only people need it
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("connector", no_wrap=True)
    table.add_column("state", no_wrap=True)
    numbers = ("added", "changed", "unchanged", "deleted", "refused", "failed", "documents")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    for summary in summaries:
        row = summary.as_json() | {
            "refused": sum(summary.refused.values()),
            "failed": sum(summary.failed.values()),
        }
        table.add_row(
            summary.connector,
            Text(summary.state, style=_STATE_STYLES.get(summary.state, "")),
            *(f"{row[name]:,}" for name in numbers),
        )
    return table


def remarks(summary: RunSummary) -> tuple[str, ...]:
    """Sentences below the table: limits, failures, refusals by reason, what was protected."""
    lines = [
        f"{summary.visited:,} URLs in {summary.seconds:,.1f} s ({summary.pages_per_second:,.0f} a second)"
        f"{_others(summary)}"
    ]
    if summary.limit is not None:
        lines.append(f"{summary.limit} was reached: what is left stays queued")
    if summary.error is not None:
        lines.append(summary.error)
    if summary.orphans:
        lines.append(
            f"{_documents(summary.orphans, 'is kept', 'are kept')} though no page leads there any more"
            f" (orphans: they still answer); `crawler report {summary.run}` lists them"
        )
    if summary.skipped:
        lines.append(
            f"{_documents(summary.skipped, 'was', 'were')} not visited: nothing says that they have changed"
        )
    for title, reasons in (("refused", summary.refused), ("failed", summary.failed)):
        for reason, number in sorted(reasons.items(), key=lambda item: -item[1]):
            lines.append(f"{title} {number:,}: {reason} ({Reason(reason).explanation})")
    for name, number in sorted(summary.misfits.items(), key=lambda item: (-item[1], item[0])):
        lines.append(
            f"{number:,} {'value' if number == 1 else 'values'} did not fit the field `{name}`:"
            f" `crawler report {summary.run}` shows which"
        )
    return (*lines, *summary.warnings)


def _documents(count: int, one: str, several: str) -> str:
    return f"1 document {one}" if count == 1 else f"{count:,} documents {several}"


def _others(summary: RunSummary) -> str:
    """URLs that are neither documents nor refused."""
    known = (
        f" ({summary.variants:,} recognised by their address, and not asked for)" if summary.variants else ""
    )
    kinds = (
        (f"duplicates{known}", summary.duplicates),
        ("redirects", summary.redirects),
        ("gone", summary.gone),
    )
    named = [f"{number:,} {kind}" for kind, number in kinds if number]
    if summary.sitemaps:
        named.append(f"{summary.sitemaps:,} sitemap{'' if summary.sitemaps == 1 else 's'}")
    if summary.rendered:
        named.append(f"{summary.rendered:,} read in a browser")
    return f", among them {', '.join(named)}" if named else ""
