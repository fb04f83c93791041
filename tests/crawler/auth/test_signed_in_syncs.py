"""`crawler sync` behind form and SAML logins: every page, no wall, few logins, no secret anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import saml_service, walled_wiki
from tests.support.saml_entities import needs_xmlsec1
from tests.support.saml_service import SamlPair, serve_saml
from tests.support.secret_search import places_of
from tests.support.signing_in import configured
from tests.support.syncing import Synced, kept, sync
from tests.support.walled_wiki import WalledWiki, serve_walled_wiki

LOOPBACK = {"allow": ["127.0.0.0/8"]}


@pytest.fixture(scope="module")
def running_saml(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SamlPair]:
    with serve_saml(tmp_path_factory.mktemp("saml")) as pair:
        yield pair


@pytest.fixture
def saml(running_saml: SamlPair) -> SamlPair:
    """A provider and a service of 30 pages and a start page, as they were at their start."""
    running_saml.reset()
    return running_saml


@pytest.fixture(scope="module")
def running_wiki() -> Iterator[WalledWiki]:
    with serve_walled_wiki() as wiki:
        yield wiki


@pytest.fixture
def wiki(running_wiki: WalledWiki) -> WalledWiki:
    """A wiki of 30 pages and a start page whose wall is everywhere, as it was at its start."""
    running_wiki.reset()
    return running_wiki


def ledger(saml: SamlPair, **changed: Any) -> Mapping[str, Any]:
    """The connector of the SAML site."""
    auth = {
        "type": "saml",
        "username": saml_service.USER,
        "password": saml_service.PASSWORD,
        "login_url": f"{saml.service.address}/",
        "login_hosts": [saml.provider.address.removeprefix("http://")],
    }
    return {
        "name": "ledger",
        "seeds": [f"{saml.service.address}/"],
        "auth": {**auth, **changed},
        "access": "public",
    }


def berths(wiki: WalledWiki, **changed: Any) -> Mapping[str, Any]:
    """The connector of the wiki."""
    auth = {
        "type": "form",
        "username": walled_wiki.USER,
        "password": walled_wiki.PASSWORD,
        "login_url": f"{wiki.address}/",
    }
    return {
        "name": "berths",
        "seeds": [f"{wiki.address}/"],
        "auth": {**auth, **changed},
        "access": "public",
    }


def assert_no_secret(folder: Path, synced: Synced, password: str) -> None:
    """Neither in what was printed nor in any file that the crawl wrote; the configuration is ours."""
    assert places_of(password, folder, leave_out={folder / "connectors.yaml"}) == []
    assert password not in synced.said
    assert password not in repr(synced.runs)


@needs_xmlsec1
class TestASiteBehindSingleSignOn:
    def test_it_is_crawled_whole_with_one_login_for_two_runs(self, saml: SamlPair, tmp_path: Path) -> None:
        config = configured(tmp_path, ledger(saml))
        synced = sync(config)
        assert synced.code == 0, synced.said
        documents = kept(config).documents
        assert {document.title for document in documents.values()} == {f"Ledger {n}" for n in range(31)}
        assert (saml.provider.counts["passwords"], saml.service.counts["logins"]) == (1, 1)
        assert saml.service.counts["logouts"] == 0
        assert sync(config).run["documents"] == 31
        assert (saml.provider.counts["passwords"], saml.service.counts["logins"]) == (1, 1)
        assert_no_secret(tmp_path, synced, saml_service.PASSWORD)

    def test_a_thousand_pages_and_eight_workers_need_two_logins_when_one_session_ends(
        self, saml: SamlPair, tmp_path: Path
    ) -> None:
        saml.service.pages = 1_000
        saml.service.expires_at = 500
        synced = sync(configured(tmp_path, ledger(saml)))
        assert synced.run["documents"] == 1_001, synced.said
        assert (saml.provider.counts["passwords"], saml.service.counts["logins"]) == (1, 2)

    @pytest.mark.parametrize("shown", [3, 8, 12])
    def test_links_of_pages_that_did_not_count_are_followed_when_the_pages_come_again(
        self, saml: SamlPair, tmp_path: Path, shown: int
    ) -> None:
        saml.service.expires_at = shown
        synced = sync(configured(tmp_path, ledger(saml)))
        assert synced.run["documents"] == 31, synced.said
        assert saml.provider.counts["passwords"] == 1

    def test_a_host_that_is_not_named_gets_no_password(self, saml: SamlPair, tmp_path: Path) -> None:
        config = configured(tmp_path, {**ledger(saml, login_hosts=[]), "network": LOOPBACK})
        synced = sync(config)
        assert synced.run["state"] == "failed"
        assert saml.provider.address.removeprefix("http://") in synced.said
        assert "login_hosts" in synced.said
        assert saml.provider.counts["passwords"] == 0
        assert kept(config).documents == {}

    def test_a_wrong_password_is_tried_once_and_deletes_nothing(self, saml: SamlPair, tmp_path: Path) -> None:
        config = configured(tmp_path, ledger(saml))
        sync(config)
        saml.service.end_sessions()
        saml.provider.end_sessions()
        saml.provider.counts.clear()
        configured(tmp_path, ledger(saml, password="last year's anchor"))
        synced = sync(config)
        assert synced.run["state"] == "failed"
        assert "The user name or password is incorrect" in synced.said
        assert saml.provider.counts["passwords"] == 1
        assert len(kept(config).documents) == 31  # a wall is no evidence that a page is gone
        assert_no_secret(tmp_path, synced, "last year's anchor")


class TestAWikiWhoseWallIsEverywhere:
    def test_it_is_crawled_whole_and_a_wrong_password_deletes_nothing(
        self, wiki: WalledWiki, tmp_path: Path
    ) -> None:
        config = configured(tmp_path, berths(wiki))
        synced = sync(config)
        assert synced.code == 0, synced.said
        assert_only_pages(config, wiki)
        assert (wiki.counts["passwords"], wiki.counts["logouts"]) == (1, 0)
        assert_no_secret(tmp_path, synced, walled_wiki.PASSWORD)
        wiki.reset()
        configured(tmp_path, berths(wiki, password="falsches Netz"))
        again = sync(config)
        assert again.run["state"] == "failed"
        assert "Benutzername oder Kennwort ist falsch" in again.said
        assert wiki.counts["passwords"] == 1
        assert_only_pages(config, wiki)

    def test_no_wall_is_indexed_though_the_session_ends_again_and_again(
        self, wiki: WalledWiki, tmp_path: Path
    ) -> None:
        wiki.ends_after = 14
        config = configured(tmp_path, berths(wiki))
        synced = sync(config)
        assert synced.code == 0, synced.said
        assert_only_pages(config, wiki)
        assert wiki.counts["passwords"] >= 3


def assert_only_pages(config: Path, wiki: WalledWiki) -> None:
    """All 31 pages are documents, each with its own title, and nothing else is."""
    documents = kept(config).documents
    assert {document.title for document in documents.values()} == {
        f"Liegeplatz {number}" for number in range(31)
    }
    assert len(documents) == 31
