"""A login tried alone, as `crawler login` tries it, in the test's own process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler.auth.outcome import LoginFaultKind, LoginStep
from crawler.sync.login_trial import try_login
from crawler.sync.not_yet import unsupported
from settings.load import load_settings
from tests.support.syncing import configure


@dataclass(frozen=True, slots=True)
class Trial:
    """How a login ended: `fault` is None where it worked, `sentence` what people are told."""

    fault: LoginFaultKind | None
    sentence: str
    steps: tuple[LoginStep, ...]


def try_to_sign_in(folder: Path, connector: Mapping[str, Any], *, again: bool = False) -> Trial:
    """Sign in anew with the login of a connector; what it remembers lies in `folder`."""
    config = configured(folder, connector)
    settings = load_settings(config)
    steps: list[LoginStep] = []
    fault = try_login(settings, settings.connectors[0], steps.append, again=again)
    if fault is None:
        return Trial(None, "", tuple(steps))
    return Trial(fault.kind, fault.sentence, tuple(steps))


def configured(folder: Path, *connectors: Mapping[str, Any]) -> Path:
    """Write connectors.yaml; skips the test where a setting is not supported yet."""
    config = configure(folder, *connectors)
    for connector in load_settings(config).connectors:
        for sentence in unsupported(connector):
            pytest.skip(sentence)
    return config


def behind_login(
    url: str, kind: str, username: str, password: str, login_url: str, **auth: Any
) -> dict[str, Any]:
    """A connector of one site behind a page that asks for a password; anybody may read what is found."""
    login = {"type": kind, "username": username, "password": password, "login_url": login_url, **auth}
    return {"name": "site", "seeds": [url], "auth": login, "access": "public"}
