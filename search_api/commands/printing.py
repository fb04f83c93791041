"""An answer on a terminal: what answers first, then documents, then counts; no page steers the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.style import Style
from rich.text import Text

from search_api.query.deep_link import safe_url
from search_api.query.response import FacetCount, Highlight, ResultAnswer, SearchAnswer, TextAnswer

_SHOWN_VALUES = 10
_MARK = Style(bold=True, color="yellow")
_FAINT = Style(dim=True)


def print_answer(answer: SearchAnswer, console: Console) -> None:
    """Titles and sources lead, by a click, to the passage, on terminals that know links (OSC 8)."""
    if answer.spelling.suggestion:
        console.print(Text("Did you mean: ", _FAINT).append(plain(answer.spelling.suggestion), Style.null()))
    for text_answer in answer.answers[:1]:
        _print_text_answer(console, text_answer)
    for featured in answer.featured:
        console.print(Text("★  ", _MARK).append(plain(featured.title), linked(featured.url, bold=True)))
        address = Text(plain(featured.url), Style(color="cyan"), overflow="fold")
        console.print(Padding(address, (0, 0, 0, 3), expand=False))
        console.print()
    if not answer.results:
        console.print("Nothing was found: try fewer or other words.", style=_FAINT)
        return
    for number, result in enumerate(answer.results, 1):
        _print_result(console, number, result)
    for field, counts in answer.facets.items():
        console.print(_facet(field, counts))
    shown = f"{len(answer.results)} of {answer.total:,} documents in {answer.took_ms:.0f} ms"
    console.print(shown, style=_FAINT)


def plain(text: str) -> str:
    """Without control characters (each becomes a space): a page must not steer the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def linked(url: str | None, *, bold: bool = False) -> Style:
    """A style that leads to `url`, where it may be linked."""
    return Style(bold=bold, link=None if url is None else safe_url(plain(url)))


def _print_text_answer(console: Console, answer: TextAnswer) -> None:
    console.print(Padding(_marked(answer.text, answer.highlights), (0, 0, 0, 3), expand=False))
    source = plain(answer.title if answer.url is None else f"{answer.title}, {answer.url}")
    sure = f" ({answer.confidence.replace('_', ' ')})"
    told = Text(source, linked(answer.deep_link or answer.url)).append(sure, Style.null())
    told.stylize(_FAINT)
    console.print(Padding(told, (0, 0, 0, 3), expand=False))
    console.print()


def _print_result(console: Console, number: int, result: ResultAnswer) -> None:
    title = Text(f"{number}  ", _FAINT).append(plain(result.title), linked(result.deep_link, bold=True))
    console.print(title)
    indent = (0, 0, 0, len(f"{number}  "))
    # The whole address on one line, so that any terminal makes it a link; the title's leads to the passage.
    console.print(
        Padding(Text(plain(result.url), Style(color="cyan"), overflow="fold"), indent, expand=False)
    )
    console.print(Padding(_marked(result.excerpt, result.highlights), indent, expand=False))
    if result.passages and result.passages[0].heading:
        console.print(Padding(Text(plain(result.passages[0].heading), _FAINT), indent, expand=False))
    console.print()


def _marked(told: str, highlights: Sequence[Highlight]) -> Text:
    text = Text(plain(told))
    for span in highlights:
        text.stylize(_MARK, span.start, span.end)
    return text


def _facet(field: str, counts: Sequence[FacetCount]) -> Text:
    values = [f"{plain(each.value)} {each.count:,}" for each in counts[:_SHOWN_VALUES]]
    further = [f"and {len(counts) - _SHOWN_VALUES:,} more"] if len(counts) > _SHOWN_VALUES else []
    return Text(f"{plain(field)}: ", Style(bold=True)).append(", ".join([*values, *further]), Style.null())
