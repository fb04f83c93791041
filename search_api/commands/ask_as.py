"""`search-api as USER`: what someone would see, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

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
    from search_api.identity.verdicts import Verdict
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
    if not user.strip():
        stop("the user must have a name", ExitCode.WRONG_CALL)
    settings = load_or_exit(config)
    from search_api.backend import UnavailableError
    from search_api.query.faults import InvalidQuestionError

    try:
        told = _asked(settings, user, group or [], question=question, urls=url or [], page_size=page_size)
    except InvalidQuestionError as error:
        stop("\n".join(f"the {fault.field} {fault.message}" for fault in error.faults), ExitCode.WRONG_CALL)
    except UnavailableError as error:
        stop(str(error), ExitCode.FAILED)
    if json:
        print_json(told)
    else:
        _print(told)


def _asked(
    settings: Settings, user: str, groups: list[str], *, question: str, urls: list[str], page_size: int
) -> dict[str, Any]:
    from search_api.asking import answer_search
    from search_api.identity.caller import principals_of
    from search_api.identity.verdicts import because, judge
    from search_api.opening import open_backend
    from search_api.query.request import parse_search

    backend = open_backend(settings)
    try:
        paths = backend.callers.paths(principals_of(user, groups))
        principals = frozenset(paths)
        search = parse_search({"query": question, "page_size": page_size}, backend.fields, principals)
        backend.retriever.prepare()
        answer = answer_search(backend, search)
        lists = backend.library.access_lists([result.id for result in answer.results])
        told_of = backend.library.access_lists_of_urls(urls)
    finally:
        backend.close()

    def told(verdict: Verdict) -> dict[str, object]:
        return {"may_read": verdict.may_read, "because": because(verdict, paths)} | _list(verdict)

    return {
        "user": user,
        "principals": [{"principal": name, "through": way[:-1]} for name, way in sorted(paths.items())],
        "total": answer.total,
        "results": [
            {"title": result.title, "url": result.url, **told(judge(lists[result.id], principals))}
            for result in answer.results
            if result.id in lists
        ],
        "documents": [
            {"url": each, **(told(judge(told_of[each], principals)) if each in told_of else _UNKNOWN)}
            for each in urls
        ],
        "notices": answer.notices,
    }


_UNKNOWN: Final[dict[str, object]] = {"may_read": False, "because": "there is no document with this address"}


def _list(verdict: Verdict) -> dict[str, object]:
    return {"allow": verdict.access.allow, "deny": verdict.access.deny}


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
        console.print(Text(f"     {_plain(entry['url'])}", style="cyan"))
        console.print(Text(f"     {_plain(entry['because'])}", style="dim"))
    console.print(Text(f"{len(told['results'])} of {told['total']:,} documents", style="dim"))
    for notice in told["notices"]:
        typer.echo(notice, err=True)


def _plain(text: str) -> str:
    """Without control characters: a page must not steer the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
