"""`search-api query`: ask from the terminal."""

from __future__ import annotations

import sys
from typing import Annotated, Final

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

_UNWRAPPED: Final = 100_000
"""Columns."""


def query(
    question: Annotated[str, typer.Argument(help='Plain language, "phrases" or -exclusions.')],
    config: ConfigOption = DEFAULT_CONFIG,
    page_size: Annotated[int, typer.Option(min=1, max=100, help="How many documents to show.")] = 5,
    facet: Annotated[
        list[str] | None, typer.Option(help="Count a field's values (`updated_at:year`); may be repeated.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Ask a question; only public documents are found. `as` asks for someone."""
    settings = load_or_exit(config)
    from catalog.query_log import Asker
    from search_api.asking import answer_search
    from search_api.backend import UnavailableError
    from search_api.opening import open_backend
    from search_api.query.faults import InvalidQuestionError
    from search_api.query.request import parse_search

    try:
        backend = open_backend(settings)
        try:
            search = parse_search(
                {"query": question, "page_size": page_size, "facets": facet or []}, backend.fields
            )
            backend.retriever.prepare()  # loading the model is no part of the time that is shown
            backend.reader.prepare()
            backend.tuning.refresh()
            answer = answer_search(backend, search, asker=Asker())
        finally:
            backend.close()
    except InvalidQuestionError as error:
        stop("\n".join(f"the {fault.field} {fault.message}" for fault in error.faults), ExitCode.WRONG_CALL)
    except UnavailableError as error:
        stop(str(error), ExitCode.FAILED)
    if json:
        print_json(answer.model_dump(mode="json"))
    else:
        from rich.console import Console

        from search_api.commands.printing import print_answer

        # A file or a pipe has no width: there nothing is wrapped, so that addresses stay whole.
        width = None if sys.stdout.isatty() else _UNWRAPPED
        print_answer(answer, Console(highlight=False, soft_wrap=False, width=width))
    for notice in answer.notices:
        typer.echo(notice, err=True)
    if answer.notices and not answer.total:
        raise typer.Exit(ExitCode.FAILED)
