"""`search-api query`: ask from the terminal."""

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
    stop,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.text import Text

    from search_api.query.response import Highlight, ResultAnswer, SearchAnswer, TextAnswer


def query(
    question: Annotated[str, typer.Argument(help='Plain language, "phrases" or -exclusions.')],
    config: ConfigOption = DEFAULT_CONFIG,
    page_size: Annotated[int, typer.Option(min=1, max=100, help="How many documents to show.")] = 5,
    json: JsonOption = False,
) -> None:
    """Ask a question; only public documents are found."""
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
            search = parse_search({"query": question, "page_size": page_size}, backend.fields)
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
        _print(answer)
    for notice in answer.notices:
        typer.echo(notice, err=True)
    if answer.notices and not answer.total:
        raise typer.Exit(ExitCode.FAILED)


def _print(answer: SearchAnswer) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=False)
    if answer.spelling.suggestion:
        console.print(Text("Did you mean: ", style="dim").append(_plain(answer.spelling.suggestion)))
    if not answer.results:
        console.print("Nothing was found: try fewer or other words.", style="dim")
        return
    for found in answer.answers[:1]:
        _print_answer(console, found)
    for number, result in enumerate(answer.results, 1):
        _print_result(console, number, result)
    shown = f"{len(answer.results)} of {answer.total:,} documents in {answer.took_ms:.0f} ms"
    console.print(shown, style="dim")


def _print_answer(console: Console, found: TextAnswer) -> None:
    from rich.padding import Padding
    from rich.text import Text

    console.print(Padding(_marked(found.text, found.highlights), (0, 0, 0, 3)))
    source = _plain(found.title if found.url is None else f"{found.title}, {found.url}")
    console.print(
        Padding(Text(f"{source} ({found.confidence.replace('_', ' ')})", style="dim"), (0, 0, 0, 3))
    )
    console.print()


def _print_result(console: Console, number: int, result: ResultAnswer) -> None:
    from rich.padding import Padding
    from rich.text import Text

    title = Text(f"{number}  ", style="dim").append(_plain(result.title), style="bold")
    console.print(title)
    indent = (0, 0, 0, len(f"{number}  "))
    # The whole address on one line, so that a terminal makes it a link; its fragment is of use to browsers.
    console.print(Padding(Text(_plain(result.url), style="cyan", overflow="fold"), indent))
    console.print(Padding(_marked(result.excerpt, result.highlights), indent))
    if result.passages and result.passages[0].heading:
        console.print(Padding(Text(_plain(result.passages[0].heading), style="dim"), indent))
    console.print()


def _marked(shown: str, highlights: Sequence[Highlight]) -> Text:
    from rich.text import Text

    text = Text(_plain(shown))
    for span in highlights:
        text.stylize("bold yellow", span.start, span.end)
    return text


def _plain(text: str) -> str:
    """Without control characters (each becomes a space): a page must not steer the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
