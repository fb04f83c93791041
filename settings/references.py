"""References in values: `${env:NAME}` and `${file:/run/secrets/x}`; `$${` stands for a literal `${`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from settings.faults import nearest
from settings.yaml_document import KeyPath

_REFERENCE: Final = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")
_KINDS: Final = ("env", "file")


class UnresolvedError(ValueError):
    """A reference cannot be resolved; the message names what is missing, never a value."""


@dataclass(slots=True)
class Expansion:
    """Puts what references stand for in their place, and collects those that stand for nothing."""

    environ: Mapping[str, str]
    folder: Path
    unresolved: dict[KeyPath, str] = field(default_factory=dict)

    def expand(self, value: object, path: KeyPath = ()) -> object:
        """A copy of the data in which every text is expanded; what cannot be is left as written."""
        if isinstance(value, dict):
            return {key: self.expand(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.expand(item, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, str) and "${" in value:
            try:
                return expand_text(value, self.environ, self.folder)
            except UnresolvedError as error:
                self.unresolved[path] = str(error)
        return value


def expand_text(text: str, environ: Mapping[str, str], folder: Path) -> str:
    """The text with its references resolved.

    Raises:
        UnresolvedError: a variable is not set, a file cannot be read, or the reference is not understood.
    """

    def resolve(match: re.Match[str]) -> str:
        if match[1] is None:
            return "${"
        if not match[2]:
            raise UnresolvedError("a reference `${…` has no closing `}`; write `$${` for a literal `${`")
        return _resolve(match[1], environ, folder)

    return _REFERENCE.sub(resolve, text)


def _resolve(reference: str, environ: Mapping[str, str], folder: Path) -> str:
    kind, colon, name = reference.partition(":")
    if kind not in _KINDS or not colon or not name:
        raise UnresolvedError(_not_understood(reference))
    return _variable(name, environ) if kind == "env" else _file(name, folder)


def _variable(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name)
    if value:
        return value
    state = "is empty" if value == "" else "is not set"
    near = nearest(name, environ) if value is None else None
    hint = f" (`{near}` is)" if near else ""
    raise UnresolvedError(f"the environment variable `{name}` {state}{hint}: set it before starting")


def _file(name: str, folder: Path) -> str:
    try:
        text = (folder / Path(name).expanduser()).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UnresolvedError(f"the file `{name}` must hold UTF-8 text") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise UnresolvedError(f"the file `{name}` cannot be read ({reason.lower()})") from None
    secret = text.rstrip("\r\n")
    if not secret:
        raise UnresolvedError(f"the file `{name}` is empty")
    return secret


def _not_understood(reference: str) -> str:
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", reference):
        return f"`${{{reference}}}` must be written `${{env:{reference}}}`"
    return "a reference must be `${env:NAME}` or `${file:/path}`; write `$${` for a literal `${`"
