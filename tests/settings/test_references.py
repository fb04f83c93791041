# ruff: noqa: E501 - a message stands on one line, as people see it
"""`${env:…}` and `${file:…}`."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings.references import UnresolvedError, expand_text
from tests.settings.configurations import connector, connector_faults, write

ENVIRONMENT = {"NAME": "eva", "EMPTY": "", "INTRANET_PASSWORD": "hunter2"}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("${env:NAME}", "eva"),
        ("a-${env:NAME}-${env:NAME}", "a-eva-eva"),
        ("$${env:NAME}", "${env:NAME}"),
        ("${file:secret}", "line"),
        ("costs $5", "costs $5"),
        ("a{2}$", "a{2}$"),
    ],
)
def test_references_stand_anywhere_in_a_value(tmp_path: Path, text: str, expanded: str) -> None:
    write(tmp_path, "line\n", "secret")
    assert expand_text(text, ENVIRONMENT, tmp_path) == expanded


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${env:NOPE}", "the environment variable `NOPE` is not set: set it before starting"),
        (
            "${env:INTRANET_PASWORD}",
            "the environment variable `INTRANET_PASWORD` is not set (`INTRANET_PASSWORD` is): set it before starting",
        ),
        ("${env:EMPTY}", "the environment variable `EMPTY` is empty: set it before starting"),
        ("${file:nope}", "the file `nope` cannot be read (no such file or directory)"),
        ("${file:.}", "the file `.` cannot be read (is a directory)"),
        ("${file:empty}", "the file `empty` is empty"),
        ("${file:binary}", "the file `binary` must hold UTF-8 text"),
        ("${file:a\0b}", "the file `a\0b` cannot be read (not a path)"),
        ("${NAME}", "`${NAME}` must be written `${env:NAME}`"),
        ("${aws:x}", "a reference must be `${env:NAME}` or `${file:/path}`; write `$${` for a literal `${`"),
        ("${env:NAME", "a reference `${…` has no closing `}`; write `$${` for a literal `${`"),
    ],
)
def test_what_cannot_be_resolved(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path, "\n", "empty")
    (tmp_path / "binary").write_bytes(b"\xff")
    with pytest.raises(UnresolvedError) as caught:
        expand_text(text, ENVIRONMENT, tmp_path)
    assert str(caught.value) == message


def test_a_missing_secret_is_one_fault_at_its_place(tmp_path: Path) -> None:
    lines = "auth: {type: basic, username: u, password: '${env:NOPE}'}\naccess: public"
    assert connector_faults(tmp_path, lines) == [
        "5:48: the environment variable `NOPE` is not set: set it before starting"
    ]


def test_a_reference_that_fails_is_not_also_called_a_bad_address(tmp_path: Path) -> None:
    assert connector_faults(tmp_path, "sitemaps: ['https://${env:NOPE}/']") == [
        "5:16: the environment variable `NOPE` is not set: set it before starting"
    ]


def test_numbers_and_booleans_may_come_from_the_environment(tmp_path: Path) -> None:
    environ = {"DEPTH": "3", "FILES": "false", "PASSWORD": "0123"}
    lines = """
scope: {max_depth: "${env:DEPTH}"}
attachments: ${env:FILES}
auth: {type: basic, username: u, password: "${env:PASSWORD}"}
access: public
"""
    site = connector(tmp_path, lines, environ)
    assert (site.scope.max_depth, site.attachments) == (3, False)
    assert site.auth[0].type == "basic"
    assert site.auth[0].password.reveal() == "0123"


def test_a_relative_file_starts_from_the_configurations_folder(tmp_path: Path) -> None:
    write(tmp_path, "hunter2\r\n", "password.txt")
    lines = "auth: {type: bearer, token: '${file:password.txt}'}\naccess: public"
    (login,) = connector(tmp_path, lines).auth
    assert login.type == "bearer"
    assert login.token.reveal() == "hunter2"


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (
            "scope: {max_depth: '${env:X}'}",
            "5:24: `scope.max_depth` must be a whole number, found `${env:X}`",
        ),
        ("scope: {follow: '${env:X}'}", "must be one of path, host, subdomains, any, found `${env:X}`"),
        ("sitemaps: ['x://${env:X}']", "must begin with http or https, found `x://${env:X}`"),
        ("filters: {crawl: {include: ['(${env:X}']}}", "must be a regular expression, found `(${env:X}`"),
        ("sync: {schedule: '${env:X} 2 * * *'}", "such as 0 2 * * *, found `${env:X} 2 * * *`"),
        ("sync: {timezone: '${env:X}'}", "found `${env:X}`"),
        ("network: {allow: ['${env:X}']}", "found `${env:X}`"),
        ("field_mappings: [{field: '${env:X}', from: title}]", "there is no field `${env:X}`"),
        ("field_mappings: [{field: title, from: '${env:X}'}]", "found `${env:X}`"),
        ("auth: {type: '${env:X}'}\naccess: public", "unknown type `${env:X}`"),
        ("proxy: {url: '${env:X}'}", "`proxy.url` must be a proxy's address"),
    ],
)
def test_a_fault_quotes_the_reference_and_never_what_it_stands_for(
    tmp_path: Path, lines: str, fault: str
) -> None:
    (found,) = connector_faults(tmp_path, lines, {"X": "hunter2"})
    assert fault in found
    assert "hunter2" not in found
