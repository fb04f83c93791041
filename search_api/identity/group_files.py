"""Files of nested groups: YAML or JSON (`group: [members]`), or CSV with the columns group and member."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import yaml

from catalog.groups import Membership

LARGEST: Final = 64 * 1024 * 1024
_KINDS: Final = ("user", "group")


class GroupFileError(ValueError):
    """The file cannot be understood; the message names the place."""


def read_group_file(path: Path) -> list[Membership]:
    """Every membership in a file.

    Members are written `user:NAME` or `group:NAME`; a group's own name may be written with `group:` or
    without. Raises `GroupFileError`.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise GroupFileError(f"{path} is larger than {LARGEST // 2**20} MB")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise GroupFileError(f"{path} cannot be read: {told}") from error
    memberships = _of_csv if path.suffix.lower() == ".csv" else _of_mapping
    return list(memberships(text, path))


def _of_mapping(text: str, path: Path) -> Iterator[Membership]:
    try:
        told = yaml.load(text, yaml.CSafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}" if mark else ""
        raise GroupFileError(f"{path}{place}: this is neither YAML nor JSON") from error
    if told is None:
        return
    if not isinstance(told, Mapping):
        raise GroupFileError(f"{path}: must be a mapping of groups to lists of members")
    for group, members in told.items():
        if not isinstance(members, list):
            raise GroupFileError(f"{path}: the members of {group!r} must be a list")
        name = _group(group, str(path))
        for member in members:
            yield name, _member(member, f"{path}: {group}")


def _of_csv(text: str, path: Path) -> Iterator[Membership]:
    reader = csv.DictReader(text.splitlines(), strict=True)
    try:
        if not {"group", "member"} <= set(reader.fieldnames or ()):
            raise GroupFileError(f"{path}:1: the first line must name the columns group and member")
        for row in reader:
            place = f"{path}:{reader.line_num}"
            yield _group(row["group"], place), _member(row["member"], place)
    except csv.Error as error:
        raise GroupFileError(f"{path}:{reader.line_num}: this is no CSV: {error}") from error


def _group(value: object, place: str) -> str:
    if not isinstance(value, str) or not value.strip().removeprefix("group:"):
        raise GroupFileError(f"{place}: {value!r} is no name of a group")
    return f"group:{value.strip().removeprefix('group:')}"


def _member(value: object, place: str) -> str:
    kind, _, name = value.strip().partition(":") if isinstance(value, str) else ("", "", "")
    if kind not in _KINDS or not name:
        raise GroupFileError(f"{place}: {value!r} is no member: write user:NAME or group:NAME")
    return f"{kind}:{name}"
