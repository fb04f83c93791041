# ruff: noqa: E501 - a login, and a message, stand on one line
"""Connectors: who may read, which login needs what, and when two of them crawl the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings import ConnectorSettings
from settings.connector import ACCESS_IS_MISSING
from tests.settings.configurations import connector, connector_faults

LOGIN = "auth: {type: basic, username: u, password: p}\n"


@pytest.mark.parametrize(
    "login",
    [
        "auth: {type: basic, username: u, password: p}",
        "auth: [{type: none, origins: ['https://b.example']}, {type: bearer, token: t}]",
        "auth: {type: none, headers: {X-Api-Key: k}}",
        "auth: {type: negotiate}",
    ],
)
def test_a_login_without_access_shows_the_two_lines_to_add(tmp_path: Path, login: str) -> None:
    assert connector_faults(tmp_path, login) == [
        "5:5: `access` is missing: a connector that logs in must say who may read what it finds; "
        "add the two lines `access:` and `  - {match: '', allow: ['group:NAME']}`"
    ]


def test_the_two_lines_are_right(tmp_path: Path) -> None:
    lines = LOGIN + "access:\n  - {match: '', allow: ['group:NAME']}"
    assert connector(tmp_path, lines).access[0].allow == ("group:NAME",)


def test_a_login_with_faults_of_its_own_needs_access_all_the_same(tmp_path: Path) -> None:
    assert connector_faults(tmp_path, "auth: {type: basic, username: u}") == [
        "5:5: " + ACCESS_IS_MISSING,
        "5:11: the key `password` of `auth` is missing: add `password: …`",
    ]


@pytest.mark.parametrize("login", ["auth: {type: none}", "auth: []"])
def test_no_login_needs_no_access(tmp_path: Path, login: str) -> None:
    assert connector(tmp_path, login).is_public


def test_an_empty_access_list_lets_nobody_read(tmp_path: Path) -> None:
    site = connector(tmp_path, LOGIN + "access: []")
    assert site.access == ()
    assert not site.is_public


def test_settings_made_in_code_do_not_fail_open_either() -> None:
    with pytest.raises(ValueError, match="`access` is missing"):
        ConnectorSettings(
            name="a", seeds=["https://a.example/"], auth={"type": "basic", "username": "u", "password": "p"}
        )


@pytest.mark.parametrize(
    ("login", "fault"),
    [
        ("{username: u}", "the key `type` of `auth` is missing: one of none, basic, "),
        ("{type: bsic}", "unknown type `bsic` of `auth`; did you mean `basic`?"),
        (
            "{type: kerberos, domain: d}",
            "unknown key `domain`; valid here: origins, headers, logged_in, username, ",
        ),
        ("{type: basic, username: u}", "the key `password` of `auth` is missing: add `password: …`"),
        (
            "{type: form, username: u, password: p}",
            "the key `login_url` of `auth` is missing: add `login_url: …`",
        ),
        (
            "{type: form, username: u, password: p, login_url: 'https://a.example/', totp_secret: '018'}",
            "`auth.totp_secret` must be the key of the one-time codes in Base32: letters and digits 2 to 7",
        ),
        ("{type: bearer}", "the key `token` of `auth` is missing: add `token: …`"),
        ("{type: client_certificate}", "the key `certificate` of `auth` is missing"),
        ("{type: cookies}", "`auth` must have `cookies` or `storage_state`"),
        (
            "{type: negotiate, origins: [https://a.example/path]}",
            "`auth.origins[0]` must be an origin: scheme, host and port without a path, found ",
        ),
        (
            "{type: form, username: u, password: p, login_url: 'https://a/', username_field: user}",
            "`auth.username_field` must be a selector with its kind: css:… or xpath:…, found `user`",
        ),
        (
            "{type: saml, username: u, password: p, login_url: 'https://a/', login_hosts: ['https://id.example/']}",
            "`auth.login_hosts[0]` must be a host such as login.example.com, without https:// and without a path",
        ),
        ("{type: none, headers: {'X Key': k}}", "`X Key` must be a header's name such as X-Api-Key"),
        (
            "{type: negotiate, logged_in: {url: https://a.example/}}",
            "the key `contains` of `auth.logged_in` is missing: add `contains: …`",
        ),
    ],
)
def test_each_login_has_its_own_keys(tmp_path: Path, login: str, fault: str) -> None:
    (found,) = connector_faults(tmp_path, f"auth: {login}\naccess: public")
    assert fault in found


def test_origins_are_normalised(tmp_path: Path) -> None:
    lines = "auth: {type: bearer, token: t, origins: ['HTTPS://Site.Example:443']}\naccess: public"
    assert connector(tmp_path, lines).auth[0].origins == ("https://site.example",)


def test_hosts_of_a_login_are_normalised(tmp_path: Path) -> None:
    login = "{type: form, username: u, password: p, login_url: 'https://a/', login_hosts: ['ID.example:443', 'x:8443']}"
    (form,) = connector(tmp_path, f"auth: {login}\naccess: public").auth
    assert form.type == "form"
    assert form.login_hosts == ("id.example", "x:8443")


def test_files_of_a_login_start_from_the_configurations_folder(tmp_path: Path) -> None:
    lines = "auth: {type: client_certificate, certificate: client.pem}\naccess: public"
    (login,) = connector(tmp_path, lines).auth
    assert login.type == "client_certificate"
    assert login.certificate == tmp_path / "client.pem"


@pytest.mark.parametrize(
    "lines",
    [
        "scope: {max_depth: 3}",
        "filters: {crawl: {exclude: [x]}}",
        "attachments: false",
        "render: always",
        "content: {exclude: ['css:nav']}",
        "politeness: {user_agent: me}",
        "politeness: {robots: {ignore: ours}}",
        "network: {allow: [10.0.0.0/8]}",
        "field_mappings: [{field: title, from: host}]",
        LOGIN + "access: public",
        "sitemaps: [https://site.example/sitemap.xml]",
    ],
)
def test_the_fingerprint_changes_with_what_is_crawled_or_extracted(tmp_path: Path, lines: str) -> None:
    assert connector(tmp_path, lines).fingerprint() != connector(tmp_path, "").fingerprint()


@pytest.mark.parametrize(
    "lines",
    [
        "sync: {schedule: 0 2 * * *}",
        "access: [{match: '', allow: ['group:hr']}]",
        "politeness: {requests_per_minute: unlimited, concurrency: 9, timeout: 3s}",
        "proxy: {url: http://proxy.example/}",
        "tls: {verify: false}",
        "scope: {max_depth: 10}",
    ],
)
def test_the_fingerprint_stays_when_only_the_way_there_changes(tmp_path: Path, lines: str) -> None:
    fingerprint = connector(tmp_path, lines).fingerprint()
    assert fingerprint == connector(tmp_path, "").fingerprint()
    assert len(fingerprint) == 32
    assert int(fingerprint, 16) >= 0


def test_a_new_password_leaves_the_fingerprint_as_it_is(tmp_path: Path) -> None:
    other = LOGIN.replace("password: p", "password: q")
    prints = {connector(tmp_path, lines + "access: public").fingerprint() for lines in (LOGIN, other)}
    assert len(prints) == 1


def test_two_logins_for_one_origin_are_a_fault(tmp_path: Path) -> None:
    both = "[{type: bearer, token: t}, {type: none, headers: {X-Api-Key: k}}]"
    (found,) = connector_faults(tmp_path, f"auth: {both}\naccess: public")
    assert "must have one login for each origin, and two are for the seeds' origins" in found
    assert "give each entry its own `origins`" in found
