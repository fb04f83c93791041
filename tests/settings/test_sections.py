"""The sections besides the connectors: what may be written, and what it becomes."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from settings import ConfigurationError, Settings, load_settings
from settings.keys import valid_keys
from settings.search import SignInAuthentication, TokenAuthentication
from settings.services import ModelServer
from settings.store import StoreSettings
from tests.settings.configurations import load


def with_section(folder: Path, section: str) -> Settings:
    return load(folder, f"version: 1\n{section}\nconnectors: [{{name: a, seeds: [https://a.example/]}}]\n")


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("all-MiniLM-L6-v2", "all-MiniLM-L6-v2"),
        ("intfloat/multilingual-e5-small", "intfloat/multilingual-e5-small"),
        ("./models/e5", "{folder}/models/e5"),
        ("../e5", "{parent}/e5"),
        ("/opt/models/e5", "/opt/models/e5"),
    ],
)
def test_a_model_is_a_name_or_a_folder(tmp_path: Path, written: str, becomes: str) -> None:
    model = with_section(tmp_path, f"index: {{model: {written}}}").index.model
    assert model == becomes.format(folder=tmp_path, parent=tmp_path.parent)


def test_a_model_may_be_a_server(tmp_path: Path) -> None:
    section = "index: {model: {url: https://models.example/v1, name: e5, api_key: k}}"
    model = with_section(tmp_path, section).index.model
    assert isinstance(model, ModelServer)
    assert (model.url, model.name, model.api_key and model.api_key.reveal()) == (
        "https://models.example/v1",
        "e5",
        "k",
    )


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:1"])
def test_devices(tmp_path: Path, device: str) -> None:
    assert with_section(tmp_path, f"index: {{device: '{device}'}}").index.device == device


def test_a_database_may_be_postgresql(tmp_path: Path) -> None:
    url = "postgresql+psycopg://eva@db.example/sitelore"
    assert with_section(tmp_path, f"store: {{database: '{url}'}}").store.database == url


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("sqlite:///x.db", "{folder}/x.db"),
        ("sqlite:////var/x.db", "/var/x.db"),
        ("sqlite:///../x.db", "{parent}/x.db"),
    ],
)
def test_a_relative_sqlite_path_starts_from_the_file(tmp_path: Path, written: str, becomes: str) -> None:
    path = becomes.format(folder=tmp_path, parent=tmp_path.parent)
    assert with_section(tmp_path, f"store: {{database: '{written}'}}").store.database == f"sqlite:///{path}"


def test_settings_made_in_code_start_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert StoreSettings().directory == tmp_path / "data"
    assert StoreSettings().database == f"sqlite:///{tmp_path}/data/catalog.db"


@pytest.mark.parametrize(
    ("written", "names"),
    [("null", []), ("[]", []), ("a.txt", ["a.txt"]), ("[a.txt, b.txt]", ["a.txt", "b.txt"])],
)
def test_files_of_synonyms_are_none_one_or_many(tmp_path: Path, written: str, names: list[str]) -> None:
    search = with_section(tmp_path, f"search: {{synonyms: {written}, faq: {written}}}").search
    assert (
        tuple(file.path for file in search.synonyms) == search.faq == tuple(tmp_path / name for name in names)
    )


def test_files_of_synonyms_are_named_by_the_language_of_their_documents(tmp_path: Path) -> None:
    written = "search: {synonyms: {en: en.txt, de: [a.txt, b.txt]}}"
    files = with_section(tmp_path, written).search.synonyms
    assert [(file.language, file.path.name) for file in files] == [
        ("en", "en.txt"), ("de", "a.txt"), ("de", "b.txt"),
    ]  # fmt: skip


def test_tokens_of_an_identity_provider(tmp_path: Path) -> None:
    section = (
        "{type: jwt, jwks_url: https://id.example/keys, issuer: https://id.example/, audience: sitelore}"
    )
    authentication = with_section(tmp_path, f"search: {{authentication: {section}}}").search.authentication
    assert isinstance(authentication, TokenAuthentication)
    assert (authentication.user_claim, authentication.groups_claim) == ("sub", "groups")


def test_signing_in_on_the_page(tmp_path: Path) -> None:
    section = "{type: oidc, issuer: https://id.example/, client_id: c, client_secret: s, groups_claim: roles}"
    authentication = with_section(tmp_path, f"search: {{authentication: {section}}}").search.authentication
    assert isinstance(authentication, SignInAuthentication)
    assert authentication.client_secret.reveal() == "s"
    assert (authentication.groups_claim, authentication.scopes) == ("roles", ("openid", "profile", "email"))


@pytest.mark.parametrize("issuer", ["https://id.example", "https://id.example/", "https://ID.example/realm"])
def test_an_issuer_stays_as_it_is_written(tmp_path: Path, issuer: str) -> None:
    section = f"{{type: oidc, issuer: '{issuer}', client_id: c, client_secret: s}}"
    authentication = with_section(tmp_path, f"search: {{authentication: {section}}}").search.authentication
    assert isinstance(authentication, SignInAuthentication)
    assert authentication.issuer == issuer


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("issuer", "id.example", "must be an absolute address"),
        ("issuer", "https://id.example/?a=b", "must be the issuer's address, without ? and #"),
        ("scopes", "[email]", "must ask for the scope `openid`"),
        ("session_lifetime", "12", "must be a duration"),
    ],
)
def test_a_sign_in_that_cannot_be_is_refused(tmp_path: Path, key: str, value: str, said: str) -> None:
    told = {"issuer": "https://id.example", "client_id": "c", "client_secret": "s", key: value}
    section = ", ".join(f"{name}: {written}" for name, written in told.items())
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        with_section(tmp_path, f"search: {{authentication: {{type: oidc, {section}}}}}")


def test_boosts(tmp_path: Path) -> None:
    section = (
        "search: {boosts: [{field: category, values: [HR], weight: 2}, {field: updated_at, freshness: 90d}]}"
    )
    category, updated = with_section(tmp_path, section).search.boosts
    assert (category.values, category.weight, category.freshness) == (("HR",), 2.0, None)
    assert (updated.values, updated.weight, updated.freshness) == ((), 2.0, timedelta(days=90))


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        (("store",), {}, {"database", "directory", "bodies", "keep_runs"}),
        (("index", "model"), {"index": {"model": {}}}, {"url", "name", "api_key"}),
        (("fields", "type"), {"fields": {"type": {}}}, {"type", "facet", "search", "sort", "display"}),
        (("connectors", 0, "filters", "crawl"), {}, {"include", "exclude"}),
        (("connectors", 0, "field_mappings", 1), {}, {"field", "from", "format", "split", "applies_to"}),
        (
            ("connectors", 0, "auth"),
            {"connectors": [{"auth": {"type": "bearer"}}]},
            {"origins", "headers", "logged_in", "type", "token"},
        ),
        (
            ("connectors", 0, "auth", 0),
            {"connectors": [{"auth": [{"type": "bearer"}]}]},
            {"origins", "headers", "logged_in", "type", "token"},
        ),
        (("connectors", 0, "name"), {}, set()),
    ],
)
def test_the_keys_that_may_stand_at_a_place(
    path: tuple[str | int, ...], data: object, expected: set[str]
) -> None:
    assert set(valid_keys(Settings, path, data)) == expected


def test_a_file_without_a_store_keeps_its_data_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "configuration"
    folder.mkdir()
    file = folder / "connectors.yaml"
    file.write_text("version: 1\nconnectors: [{name: a, seeds: ['https://a.example/']}]\n")
    monkeypatch.chdir(tmp_path)
    store = load_settings(file).store
    assert store.directory == folder / "data"
    assert store.database == f"sqlite:///{folder / 'data' / 'catalog.db'}"
