"""`crawler login`: try a connector's login alone and show each step."""

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
    from pathlib import Path

    from crawler.auth.outcome import LoginFault, LoginStep
    from settings.configuration import Settings
    from settings.connector import ConnectorSettings


def login(
    connector: Annotated[str, typer.Argument(help="The connector's name.")],
    config: ConfigOption = DEFAULT_CONFIG,
    again: Annotated[
        bool, typer.Option("--again", help="Try credentials that were rejected before: one attempt more.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Try a connector's login alone: each step, what was found on the form, what the canary says."""
    from catalog.errors import CatalogError
    from crawler.sync.login_trial import try_login
    from crawler.sync.site_access import UnusableSettingError

    settings = load_or_exit(config)
    chosen = _connector(settings, connector)
    if not chosen.auth:
        stop(f"connector {connector} has no `auth`: there is nothing to try", ExitCode.WRONG_CALL)
    steps: list[LoginStep] = []

    def note(step: LoginStep) -> None:
        steps.append(step)
        if not json:
            _print_step(len(steps), step)

    try:
        fault = try_login(settings, chosen, note, again=again)
    except CatalogError as error:
        stop(str(error), ExitCode.FAILED)
    except UnusableSettingError as error:
        stop(str(error), ExitCode.WRONG_CALL)
    screenshot = None if fault is None else _save_screenshot(settings, connector, fault)
    if json:
        print_json(_as_object(connector, steps, fault, screenshot))
    else:
        _print_ending(connector, fault, screenshot)
    if fault is not None:
        raise typer.Exit(ExitCode.FAILED)


def _connector(settings: Settings, name: str) -> ConnectorSettings:
    from settings.faults import UnknownConnectorError

    try:
        return settings.connector(name)
    except UnknownConnectorError as error:
        stop(str(error), ExitCode.WRONG_CALL)


def _save_screenshot(settings: Settings, connector: str, fault: LoginFault) -> Path | None:
    if fault.screenshot is None:
        return None
    path = settings.store.directory / f"login-{connector}.png"
    path.write_bytes(fault.screenshot)
    return path


def _as_object(
    connector: str, steps: list[LoginStep], fault: LoginFault | None, screenshot: Path | None
) -> dict[str, Any]:
    return {
        "connector": connector,
        "signed_in": fault is None,
        "fault": None if fault is None else fault.kind.name.lower(),
        "sentence": None if fault is None else fault.sentence,
        "screenshot": None if screenshot is None else str(screenshot),
        "steps": [{"what": step.what, "url": step.url, "found": dict(step.found)} for step in steps],
    }


def _print_step(number: int, step: LoginStep) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    where = "" if step.url is None else f"  {step.url}"
    console.print(f"[dim]{number:>2}[/dim]  ", end="")
    console.print(f"{step.what}{where}", markup=False, soft_wrap=True)
    for name, value in step.found.items():  # ready to be pasted below `auth`
        console.print(f"      {name}: {value}", markup=False, soft_wrap=True, style="cyan")


def _print_ending(connector: str, fault: LoginFault | None, screenshot: Path | None) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if fault is None:
        console.print(f"[green]{connector} is signed in[/green]; the session is kept for the next sync")
        return
    errors = Console(stderr=True, highlight=False)
    errors.print(f"[red]{connector} is not signed in[/red]: {fault.kind.meaning}")
    errors.print(fault.sentence, markup=False, soft_wrap=True)
    if screenshot is not None:
        errors.print(f"what the browser saw at the end: {screenshot}", markup=False, soft_wrap=True)
