"""`search-api as USER`: what someone would see, and why."""

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
    from search_api.admin.access_check import AccessRequest
    from settings.configuration import Settings


def ask_as(  # noqa: PLR0917 - typer makes options of them
    user: Annotated[str, typer.Argument(help="The user's name, as the identity provider says it.")],
    question: Annotated[str, typer.Argument(help="What is asked; empty: everything, the newest first.")] = "",
    group: Annotated[list[str] | None, typer.Option(help="A group of the user; may be repeated.")] = None,
    url: Annotated[list[str] | None, typer.Option(help="Say of this document whether it is seen.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    page_size: Annotated[int, typer.Option(min=1, max=100, help="How many documents to show.")] = 5,
    json: JsonOption = False,
) -> None:
    """Show what a user would see, and which entry of which access list decides."""
    settings = load_or_exit(config)
    from search_api.admin.access_check import AccessRequest
    from search_api.backend import UnavailableError
    from search_api.query.faults import InvalidQuestionError
    from search_api.query.request import validated

    asked = {"user": user, "groups": group or [], "query": question, "urls": url or []}
    try:
        told = _asked(settings, validated(AccessRequest, {**asked, "page_size": page_size}))
    except InvalidQuestionError as error:
        stop("\n".join(f"the {fault.field} {fault.message}" for fault in error.faults), ExitCode.WRONG_CALL)
    except UnavailableError as error:
        stop(str(error), ExitCode.FAILED)
    if json:
        print_json(told)
    else:
        _print(told)


def _asked(settings: Settings, wanted: AccessRequest) -> dict[str, Any]:
    from search_api.admin.access_check import check_access
    from search_api.opening import open_backend

    backend = open_backend(settings)
    try:
        backend.retriever.prepare()
        return check_access(backend, wanted)
    finally:
        backend.close()


def _print(told: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for held in told["principals"]:
        way = f"  through {' in '.join(held['through'])}" if held["through"] else ""
        console.print(Text(held["principal"], style="bold").append(way, style="dim"))
    console.print()
    for entry in (*told["results"], *told["documents"]):
        mark = Text("sees " if entry["may_read"] else "not  ", style="green" if entry["may_read"] else "red")
        console.print(mark.append(_plain(entry.get("title", entry["url"])), style="bold"))
        if "title" in entry:
            console.print(Text(f"     {_plain(entry['url'])}", style="cyan"))
        console.print(Text(f"     {_plain(entry['because'])}", style="dim"))
    console.print(Text(f"{len(told['results'])} of {told['total']:,} documents", style="dim"))
    for notice in told["notices"]:
        typer.echo(notice, err=True)


def _plain(text: str) -> str:
    """Without control characters: a page must not steer the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
