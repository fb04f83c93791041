"""`crawler extract`: what would be kept of saved pages and files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from settings.console import DEFAULT_CONFIG, ConfigOption, ExitCode, print_json, stop

if TYPE_CHECKING:
    from crawler.sync.file_reader import FileReader
    from extract.page import Page, Unreadable
    from extract.rules import ExtractionRules


def extract(
    paths: Annotated[
        list[Path], typer.Argument(help="Saved pages and files; of folders all that is in them.")
    ],
    connector: Annotated[
        str | None,
        typer.Option("--connector", help="Read them with this connector's selectors and mappings."),
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a line.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show what would be kept of saved pages and files, one JSON object each; nothing is written."""
    missing = [path for path in paths if not path.exists()]
    if missing:
        stop(f"{missing[0]} does not exist", ExitCode.WRONG_CALL)
    from contextlib import closing

    from crawler.sync.file_reader import FileReader

    rules, largest = _rules(config, connector)
    unread = 0
    with closing(FileReader()) as reader:
        for path in _files(paths):
            found = _extracted(path, rules, largest, reader)
            unread += found is None
            if found is not None:
                _print(found, jsonl)
    if unread:
        raise typer.Exit(ExitCode.FAILED)


def _rules(config: Path, connector: str | None) -> tuple[ExtractionRules, int]:
    """How files are read, and the largest that are, in bytes."""
    from extract.rules import DEFAULT_RULES, compile_rules
    from settings.scope import ScopeSettings

    if connector is None:
        return DEFAULT_RULES, ScopeSettings().max_file_size
    from settings.console import load_or_exit

    settings = load_or_exit(config)
    for each in settings.connectors:
        if each.name == connector:
            return compile_rules(each, settings.fields), each.scope.max_file_size
    names = ", ".join(each.name for each in settings.connectors)
    return stop(f"{config} has no connector `{connector}`; it has: {names}", ExitCode.WRONG_CALL)


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file())
        else:
            yield path


def _extracted(path: Path, rules: ExtractionRules, largest: int, reader: FileReader) -> dict[str, Any] | None:
    """The object of one file; None, and a line on standard error, when it cannot be read."""
    from catalog.vocabulary import Reason
    from crawler.sync.file_reader import SavedFile
    from extract.content_type import is_parsed_as_file
    from extract.page import Unreadable
    from extract.read import read

    try:
        size = path.stat().st_size
        if size > largest:
            detail = f"it has {size:,} bytes, more than {largest:,}"
            return _object(path, path.absolute().as_uri(), Unreadable(Reason.TOO_LARGE, detail, ""))
        body = path.read_bytes()
    except OSError as error:
        typer.echo(f"{path} cannot be read: {error.strerror or error}", err=True)
        return None
    url = path.absolute().as_uri()
    if is_parsed_as_file(body, "", url, ocr=rules.ocr):
        page = reader.read(SavedFile(body, url, rules))
    else:
        page = read(body, url=url, headers={}, rules=rules)
    return _object(path, url, page)


def _object(path: Path, url: str, page: Page | Unreadable) -> dict[str, Any]:
    from catalog.vocabulary import Reason
    from extract.page import Unreadable

    shape: dict[str, Any] = {
        "path": str(path),
        "url": url,
        "title": None,
        "text": "",
        "fields": {},
        "links": [link.url for link in page.links],
        "refused": None,
    }
    if isinstance(page, Unreadable):
        return shape | {"refused": {"reason": page.reason, "detail": page.detail}}
    shape |= {"title": page.title, "text": page.text, "fields": dict(page.fields)}
    if page.directives.noindex:
        shape["refused"] = {"reason": Reason.NOINDEX, "detail": Reason.NOINDEX.explanation}
    if page.faults:
        shape["faults"] = [asdict(fault) for fault in page.faults]
    return shape


def _print(value: dict[str, Any], on_one_line: bool) -> None:
    if not on_one_line:
        print_json(value)
        return
    import sys

    import orjson

    sys.stdout.buffer.write(orjson.dumps(value) + b"\n")
    sys.stdout.flush()
