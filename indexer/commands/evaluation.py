"""`indexer eval`: how good the answers are, by a person's own judgements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from settings.console import DEFAULT_CONFIG, ConfigOption, JsonOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.retrieval.evaluation import Evaluation
    from indexer.retrieval.judgements import JudgedQuery

QueriesArgument = Annotated[
    Path,
    typer.Argument(
        metavar="QUERIES",
        help='One {"query": "…", "relevant": ["URL or document id", …]} a line, or {"URL": grade}.',
    ),
]
PrincipalOption = Annotated[
    list[str],
    typer.Option("--principal", help="Whose eyes to see with: user:NAME or group:NAME. May be repeated."),
]
WorstOption = Annotated[
    int,
    typer.Option("--worst", min=0, help="How many of the queries to show that are answered worst."),
]


def evaluate(
    queries: QueriesArgument,
    principal: PrincipalOption = [],  # noqa: B006 - typer copies it
    worst: WorstOption = 10,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Measure nDCG@10, recall@10 and MRR of dense, lexical and hybrid retrieval side by side.

    With `search.reranker` the reranked answers are measured too. Exit code 0 whatever the figures are:
    `index.gate` holds a build to a floor.
    """
    from indexer.commands.session import opened
    from indexer.retrieval import evaluation
    from indexer.retrieval.opening import open_retriever
    from settings.access import EVERYONE
    from settings.console import print_json

    judged = _read(queries)
    with opened(config) as (catalog, settings):
        with catalog.read() as connection:
            unknown = evaluation.unknown_documents(connection, judged)
        found = evaluation.evaluate(
            open_retriever(catalog, settings), judged, frozenset({EVERYONE, *principal})
        )
    _warn([*found.notices, *(f"no document is known as {reference}" for reference in unknown)])
    if as_json:
        print_json(_as_json(found, unknown))
    else:
        _print_means(found)
        _print_worst(found, worst)


def _read(queries: Path) -> tuple[JudgedQuery, ...]:
    from indexer.retrieval.judgements import JudgementsError, read_judgements
    from settings.console import ExitCode, stop

    try:
        return read_judgements(queries)
    except JudgementsError as error:
        stop(str(error), ExitCode.WRONG_CALL)


def _warn(messages: Sequence[str]) -> None:
    for message in messages:
        typer.echo(message, err=True)


def _as_json(found: Evaluation, unknown: Sequence[str]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "queries": len(found.queries),
        **{mode.value: asdict(measured) for mode, measured in found.means.items()},
        "by_query": [
            {
                "query": each.query,
                **{mode.value: asdict(measured) for mode, measured in each.by_mode.items()},
                "fallen": each.fallen,
                "first": each.first,
            }
            for each in found.queries
        ],
        "unknown": list(unknown),
        "notices": list(found.notices),
    }


def _print_means(found: Evaluation) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{len(found.queries):,} queries")
    table.add_column("")
    for measure in ("nDCG@10", "recall@10", "MRR"):
        table.add_column(measure, justify="right")
    for mode, measured in found.means.items():
        numbers = (measured.ndcg_at_10, measured.recall_at_10, measured.mrr)
        table.add_row(mode.value, *(f"{number:.3f}" for number in numbers))
    Console().print(table)


def _print_worst(found: Evaluation, count: int) -> None:
    """The queries to look at first, with what stands first instead of what was judged relevant."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    worst = found.worst(count)
    if not worst:
        return
    table = Table(title="nDCG@10 of the queries that are answered worst")
    table.add_column("query", overflow="fold")
    for mode in found.means:
        table.add_column(mode.value, justify="right")
    table.add_column("stands first", overflow="fold")
    for each in worst:
        numbers = (f"{each.by_mode[mode].ndcg_at_10:.3f}" for mode in found.means)
        table.add_row(escape(each.query), *numbers, escape(each.first or "nothing"))
    Console().print(table)
