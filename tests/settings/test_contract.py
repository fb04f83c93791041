"""The configuration of the contract with users loads, completely, and means what it says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from settings import Settings
from settings.access import AccessRule
from settings.auth import FormLogin
from settings.fields import BUILT_IN_FIELDS, FieldSettings, FieldType
from settings.mapping import AppliesTo
from settings.politeness import IgnoreRobots
from settings.render import Blocked, RenderMode, RenderSettings
from settings.scope import Follow
from settings.secrets import Secret
from settings.sync import SyncMode
from tests.settings.configurations import CONTRACT_ENVIRONMENT, connector, load, write

CONTRACT = (Path(__file__).parent / "contract.yaml").read_text(encoding="utf-8")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write(tmp_path, "# more\nhttps://intranet.example.com/b\n", "seeds.txt")
    return load(tmp_path, CONTRACT, CONTRACT_ENVIRONMENT)


def test_paths_start_from_the_folder_of_the_file(settings: Settings, tmp_path: Path) -> None:
    assert settings.path == tmp_path / "connectors.yaml"
    assert settings.store.directory == tmp_path / "data"
    assert settings.store.database == f"sqlite:///{tmp_path}/data/catalog.db"
    assert settings.index.gate is not None
    assert settings.index.gate.queries == tmp_path / "golden.jsonl"


def test_store_index_and_search(settings: Settings) -> None:
    assert (settings.version, settings.store.bodies, settings.store.keep_runs) == (1, "latest", 50)
    assert settings.index.model == "all-MiniLM-L6-v2"
    assert (settings.index.device, settings.index.backend) == ("auto", "faiss")
    assert settings.index.milvus is not None
    assert settings.index.milvus.token == Secret("milvus-secret")
    assert (settings.index.chunk.tokens, settings.index.chunk.overlap) == (200, 30)
    assert (settings.search.host, settings.search.port) == ("127.0.0.1", 8000)
    assert settings.search.authentication.type == "none"
    assert (settings.search.hybrid.dense, settings.search.hybrid.lexical) == (0.5, 0.5)
    assert (settings.search.synonyms, settings.search.faq, settings.search.answers) == ((), (), ())


def test_own_fields_join_those_that_are_always_there(settings: Settings) -> None:
    assert set(settings.fields) == {*BUILT_IN_FIELDS, "department", "product"}
    assert settings.fields["department"] == FieldSettings(type=FieldType.STRING, facet=True)
    assert settings.fields["updated_at"].type is FieldType.DATE
    assert settings.fields["authors"].type is FieldType.STRING_LIST


def test_scope_filters_and_content(settings: Settings) -> None:
    intranet = settings.connector("intranet")
    assert intranet.scope.follow is Follow.HOST
    assert (intranet.scope.max_depth, intranet.scope.max_links_per_page) == (10, 1000)
    assert intranet.scope.max_file_size == 50_000_000
    assert intranet.scope.max_duration == timedelta(hours=24)
    assert intranet.filters.crawl.exclude == ("/logout", r"\?sort=")
    assert intranet.filters.index.exclude == ("/tags/",)
    assert intranet.filters.files.include == (r"\.pdf$",)
    assert intranet.filters.files.types == ("application/pdf",)
    assert intranet.render == RenderSettings(mode=RenderMode.AUTO)
    assert intranet.content.exclude == ("css:nav", "css:.cookie-banner")


def test_seeds_of_the_file_follow_those_written_down(settings: Settings) -> None:
    assert settings.connectors[0].seeds == ("https://intranet.example.com/", "https://intranet.example.com/b")


def test_the_login_is_a_tuple_of_entries(settings: Settings) -> None:
    (login,) = settings.connectors[0].auth
    assert isinstance(login, FormLogin)
    assert login.password.reveal() == "intranet-secret"
    assert login.login_url == "https://intranet.example.com/login"
    assert login.username_field == "xpath://input[@id='user']"
    assert login.logged_in is not None
    assert login.logged_in.contains == "crawler"


def test_mappings_take_one_source_or_several(settings: Settings) -> None:
    title, updated, department, product, authors = settings.connectors[0].field_mappings
    assert title.sources == ("meta:og:title", "title")
    assert updated.format == "%d.%m.%Y"
    assert (department.sources, department.applies_to) == (("const:Human Resources",), AppliesTo.PAGE)
    assert product.sources == ("url:/products/([^/]+)/",)
    assert (authors.split, authors.applies_to) == (",", AppliesTo.BOTH)


def test_access_is_a_list_of_rules(settings: Settings) -> None:
    first, last = settings.connectors[0].access
    assert first.allow == ("group:hr", "user:eva@example.com")
    assert (first.match, first.deny, first.inherit) == ("/hr/", ("group:contractors",), True)
    assert last == AccessRule(match="", allow=("everyone",))


def test_politeness_proxy_and_sync(settings: Settings) -> None:
    intranet = settings.connectors[0]
    assert intranet.politeness.requests_per_minute == 300
    assert intranet.politeness.robots == "obey"
    assert intranet.politeness.timeout == timedelta(seconds=30)
    assert intranet.proxy is not None
    assert intranet.proxy.bypass == ("*.internal", "10.0.0.0/8")
    assert intranet.tls.verify is True
    assert intranet.sync.mode is SyncMode.FULL
    assert (intranet.sync.schedule, intranet.sync.timezone) == ("0 2 * * *", "Europe/Berlin")
    assert intranet.sync.deletion_guard == pytest.approx(0.15)
    assert [hook.reveal() for hook in intranet.sync.notify] == ["https://hooks.example.com/x"]


def test_a_name_and_a_seed_are_enough(tmp_path: Path) -> None:
    shortest = connector(tmp_path, "")
    assert shortest.access == (AccessRule(match="", allow=("everyone",)),)
    assert shortest.is_public
    assert shortest.auth == ()
    assert (shortest.scope.max_pages, shortest.scope.max_duration) == (100_000, timedelta(hours=24))


def test_short_forms_are_normalised(tmp_path: Path) -> None:
    short = connector(
        tmp_path,
        """
render: always
access: public
auth: {type: basic, username: u, password: p}
field_mappings: [{field: title, from: title}]
politeness: {requests_per_minute: unlimited, robots: {ignore: our own host}}
network: {allow: [10.0.0.0/8]}
""",
    )
    assert short.render == RenderSettings(mode=RenderMode.ALWAYS)
    assert short.is_public
    assert [login.type for login in short.auth] == ["basic"]
    assert short.field_mappings[0].sources == ("title",)
    assert short.politeness.requests_per_minute is None
    assert short.politeness.robots == IgnoreRobots(ignore="our own host")
    assert [str(network) for network in short.network.allow] == ["10.0.0.0/8"]


def test_a_rendering_may_be_spelt_out(tmp_path: Path) -> None:
    lines = "render: {mode: auto, wait_for: 'css:#app', wait: 2s, scroll: true, click: ['css:.menu']}"
    assert connector(tmp_path, lines).render == RenderSettings(
        mode=RenderMode.AUTO,
        wait_for="css:#app",
        wait=timedelta(seconds=2),
        scroll=True,
        click=("css:.menu",),
    )


def test_what_a_page_in_the_browser_is_not_given_can_be_chosen(tmp_path: Path) -> None:
    assert Blocked.TRACKER in RenderSettings().block
    assert Blocked.STYLESHEET not in RenderSettings().block
    assert connector(tmp_path, "render: {block: [image, stylesheet]}").render.block == (
        Blocked.IMAGE,
        Blocked.STYLESHEET,
    )
    assert connector(tmp_path, "render: {block: []}").render.block == ()


def test_flags_of_a_field_that_is_always_there_can_be_changed(tmp_path: Path) -> None:
    text = "version: 1\nfields: {description: {type: string, display: false}}\n"
    settings = load(tmp_path, text + "connectors: [{name: a, seeds: [https://a.example/]}]\n")
    assert settings.fields["description"] == FieldSettings(type=FieldType.STRING, search=True, display=False)


def test_settings_cannot_be_changed(settings: Settings) -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(settings.store, "keep_runs", 1)  # noqa: B010 - the checker refuses the plain assignment
