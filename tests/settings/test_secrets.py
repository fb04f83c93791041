# ruff: noqa: E501 - a login stands on one line
"""Secrets are used, and never shown."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import ConfigurationError, Settings, load_settings
from settings.secrets import MASK, Secret
from settings.store import DatabaseUrl, without_password
from tests.settings.configurations import connector_faults, load, write

HUNTER = "hunter2-is-secret"
TOTP_KEY = "JBSWY3DPEHPK3PXP"
EVERY_SECRET = """
version: 1
store: {database: 'postgresql+psycopg://eva:${env:S}@db.example/sitelore'}
index:
  model: {url: https://models.example/, name: m, api_key: '${env:S}'}
  milvus: {uri: http://milvus.example:19530, token: '${env:S}'}
search:
  authentication: {type: oidc, issuer: https://id.example/, client_id: c, client_secret: '${env:S}'}
  answers: [{name: a, url: https://models.example/, model: m, api_key: '${env:S}'}]
connectors:
  - name: site
    seeds: [https://site.example/]
    transcription: {url: https://models.example/, model: m, api_key: '${env:S}'}
    proxy: {url: http://proxy.example:3128, username: eva, password: '${env:S}'}
    auth:
      - {type: none, origins: [https://none.example], headers: {X-Api-Key: '${env:S}'}}
      - {type: basic, origins: [https://basic.example], username: eva, password: '${env:S}'}
      - {type: form, origins: [https://form.example], username: eva, password: '${env:S}', login_url: https://site.example/login, totp_secret: '${env:T}'}
      - {type: bearer, origins: [https://bearer.example], token: '${env:S}'}
      - {type: oauth2, origins: [https://oauth2.example], token_url: https://id.example/token, client_id: c, client_secret: '${env:S}'}
      - {type: cookies, origins: [https://cookies.example], cookies: {SESSION: '${env:S}'}}
      - {type: kerberos, origins: [https://kerberos.example], username: eva@REALM, password: '${env:S}'}
    access: public
    sync: {notify: ['https://hooks.example/${env:S}']}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(tmp_path, EVERY_SECRET, {"S": HUNTER, "T": TOTP_KEY})


def test_no_dump_or_repr_of_settings_shows_a_secret(settings: Settings) -> None:
    connector = settings.connectors[0]
    shown = [
        repr(settings),
        str(settings),
        f"{settings}",
        repr(settings.model_dump()),
        settings.model_dump_json(),
        repr(settings.model_dump(mode="json")),
        repr([login.model_dump() for login in connector.auth]),
        connector.fingerprint(),
        f"{connector.auth} {connector.proxy!r}",
    ]
    assert not [text for text in shown if HUNTER in text or TOTP_KEY in text]
    assert MASK in shown[0]


def test_a_log_line_shows_no_secret(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        logging.getLogger(__name__).info("using %s and %r", settings.connectors[0].auth, settings)
    assert MASK in caplog.text
    assert HUNTER not in caplog.text


def test_the_one_who_needs_a_secret_gets_it(settings: Settings) -> None:
    connector = settings.connectors[0]
    assert connector.proxy is not None
    assert connector.proxy.password == Secret(HUNTER)
    assert connector.sync.notify[0].reveal() == f"https://hooks.example/{HUNTER}"
    assert settings.store.database == f"postgresql+psycopg://eva:{HUNTER}@db.example/sitelore"
    assert isinstance(settings.store.database, str)


@given(st.text(min_size=1))
def test_every_way_of_printing_a_secret_shows_the_mask(text: str) -> None:
    secret = Secret(text)
    assert {repr(secret), str(secret), f"{secret}", f"{secret!r}", "%s" % secret} == {MASK}  # noqa: UP031
    assert f"{secret:>5}" == "  •••"
    assert secret.reveal() == text


def test_secrets_compare_by_what_they_hold() -> None:
    assert Secret("ä") == Secret("ä")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_settings_travel_to_another_process_whole(settings: Settings) -> None:
    travelled = pickle.loads(pickle.dumps(settings))
    assert travelled == settings
    assert travelled.path == settings.path
    assert copy.deepcopy(settings.connectors[0].proxy) == settings.connectors[0].proxy


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://eva:pa:s@s/w@host/db",
        "postgresql+psycopg://eva:x@host:5432/db",
        "postgresql+psycopg://:x@h/d",
    ],
)
def test_a_database_url_hides_its_password(url: str) -> None:
    hidden = without_password(url)
    assert f":{MASK}@h" in hidden
    assert repr(DatabaseUrl(url)) == repr(hidden)


@pytest.mark.parametrize(
    "url", ["sqlite:////data/catalog.db", "postgresql+psycopg://host/db", "postgresql+psycopg://eva@host/db"]
)
def test_a_database_url_without_a_password_is_shown_as_it_is(url: str) -> None:
    assert without_password(url) == url


@pytest.mark.parametrize(
    "lines",
    [
        f"auth: {{type: basic, username: u, pasword: {HUNTER}}}\naccess: public",
        f"auth: {HUNTER}\naccess: public",
        f"auth: [{HUNTER}]\naccess: public",
        f"auth: {{type: basic, username: u, password: [{HUNTER}]}}\naccess: public",
        f"auth: {{type: basic, username: u, password: {{value: {HUNTER}}}}}\naccess: public",
        f"auth: {{type: none, headers: {HUNTER}}}\naccess: public",
        f"auth: {{type: none, headers: {{X: [{HUNTER}]}}}}\naccess: public",
        f"auth: {{type: cookies, cookies: {HUNTER}}}\naccess: public",
        f"auth: {{password: {HUNTER}}}\naccess: public",
        f"proxy: {HUNTER}",
        f"proxy: {{url: 'http://eva:{HUNTER}@proxy.example:3128'}}",
        f"proxy: {{url: 'eva:{HUNTER}@proxy.example:3128'}}",
        f"proxy: {{url: 'http://eva:{HUNTER}@proxy.example:99999'}}",
        f"sitemaps: ['https://eva:{HUNTER}@site.example/sitemap.xml']",
        f"sync: {{notify: ['ftp://hooks.example/{HUNTER}']}}",
        f"sync: {{notify: {HUNTER}}}",
        f"password: {HUNTER}",
        f"auth: {{type: basic, username: u, password: {HUNTER}, password: {HUNTER}}}\naccess: public",
    ],
)
def test_no_fault_shows_a_secret_that_was_written_down(tmp_path: Path, lines: str) -> None:
    found = connector_faults(tmp_path, lines)
    assert found
    assert HUNTER not in "\n".join(found)


def test_a_password_that_looks_like_a_number_must_be_quoted(tmp_path: Path) -> None:
    lines = "auth: {type: basic, username: u, password: 12345}\naccess: public"
    assert connector_faults(tmp_path, lines) == ["5:48: `auth.password` must be a text: put it in quotes"]


def test_an_empty_password_is_refused(tmp_path: Path) -> None:
    lines = "auth: {type: basic, username: u, password: ''}\naccess: public"
    assert connector_faults(tmp_path, lines) == ["5:48: `auth.password` must not be empty"]


def test_the_traceback_of_a_bad_configuration_shows_no_secret(tmp_path: Path) -> None:
    path = write(tmp_path, EVERY_SECRET.replace("site.example/]", "site.example/, '${env:S}']"))
    with pytest.raises(ConfigurationError) as caught:
        load_settings(path, {"S": HUNTER})
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert HUNTER not in "".join(traceback.format_exception(caught.value))
