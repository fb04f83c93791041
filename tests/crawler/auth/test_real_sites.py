"""Form logins at real wikis, whose walls answer 200 or are walls of their own kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.auth.outcome import LoginFaultKind
from tests.support import dokuwiki, mediawiki, walled_wiki
from tests.support.dokuwiki import DokuWiki, needs_dokuwiki, serve_dokuwiki
from tests.support.mediawiki import MediaWiki, needs_mediawiki, serve_mediawiki
from tests.support.signing_in import behind_login, configured, try_to_sign_in
from tests.support.syncing import kept, sync
from tests.support.visitor import Visitor, forms, visiting
from tests.support.walled_wiki import WalledWiki, serve_walled_wiki

AT_DOKUWIKI = {"u": dokuwiki.USER, "p": dokuwiki.PASSWORD}
AT_MEDIAWIKI = {"wpName": mediawiki.USER, "wpPassword": mediawiki.PASSWORD}
AT_WALLED_WIKI = {"benutzer": walled_wiki.USER, "kennwort": walled_wiki.PASSWORD}


@pytest.fixture(scope="module")
def running_dokuwiki() -> Iterator[DokuWiki]:
    with serve_dokuwiki() as wiki:
        yield wiki


@pytest.fixture
def doku(running_dokuwiki: DokuWiki) -> DokuWiki:
    """DokuWiki with nobody signed in."""
    running_dokuwiki.end_sessions()
    return running_dokuwiki


@pytest.fixture(scope="module")
def running_mediawiki() -> Iterator[MediaWiki]:
    with serve_mediawiki() as wiki:
        yield wiki


@pytest.fixture
def media(running_mediawiki: MediaWiki) -> MediaWiki:
    """MediaWiki with nobody signed in."""
    running_mediawiki.end_sessions()
    return running_mediawiki


@pytest.fixture(scope="module")
def running_walled_wiki() -> Iterator[WalledWiki]:
    with serve_walled_wiki() as wiki:
        yield wiki


@pytest.fixture
def walled(running_walled_wiki: WalledWiki) -> WalledWiki:
    """The wiki whose wall is everywhere, as it was at its start."""
    running_walled_wiki.reset()
    return running_walled_wiki


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    """The reference client."""
    with visiting() as person:
        yield person


class TestTheWalledWikiIsRight:
    @pytest.mark.parametrize("path", ["/wiki/4", "/robots.txt", "/wiki/nothing-here"])
    def test_everything_answers_200_with_the_form(
        self, walled: WalledWiki, visitor: Visitor, path: str
    ) -> None:
        wall = visitor.get(walled.address + path)
        assert wall.status_code == 200
        assert forms(wall)[1].has("benutzer", "kennwort", "csrf")

    def test_a_person_signs_in_where_the_wall_is(self, walled: WalledWiki, visitor: Visitor) -> None:
        again = visitor.submit(visitor.get(walled.page(4)), {**AT_WALLED_WIKI, "kennwort": "falsch"})
        assert again.status_code == 200
        assert "Kennwort ist falsch" in again.text
        page = visitor.submit(again, AT_WALLED_WIKI)
        assert walled_wiki.page_text(4) in page.text
        assert visitor.get(f"{walled.address}/wiki/nothing-here").status_code == 404
        walled.end_sessions()
        assert forms(visitor.get(walled.page(4)))[1].has("kennwort")
        assert (walled.counts["passwords"], walled.counts["rejected"]) == (2, 1)


@needs_dokuwiki
class TestDokuWikiIsRight:
    def test_its_walls_answer_200_and_a_rejection_403(self, doku: DokuWiki, visitor: Visitor) -> None:
        before = doku.passwords
        wall = visitor.get(doku.page("tides"))
        assert wall.status_code == 200
        assert "Permission Denied" in wall.text
        again = visitor.submit(wall, {**AT_DOKUWIKI, "p": "wrong"})
        assert (again.status_code, "username or password was wrong" in again.text) == (403, True)
        assert dokuwiki.page_text("tides") in visitor.submit(again, AT_DOKUWIKI).text
        assert doku.passwords == before + 2

    def test_its_sessions_can_be_ended(self, doku: DokuWiki, visitor: Visitor) -> None:
        visitor.submit(visitor.get(doku.login_url), AT_DOKUWIKI)
        assert dokuwiki.page_text("lighthouse") in visitor.get(doku.page("lighthouse")).text
        doku.end_sessions()
        assert "Permission Denied" in visitor.get(doku.page("lighthouse")).text


@needs_mediawiki
class TestMediaWikiIsRight:
    def test_its_wall_answers_200_without_a_form(self, media: MediaWiki, visitor: Visitor) -> None:
        wall = visitor.get(media.page("Fog rules"))
        assert wall.status_code == 200
        assert not any(form.has("wpPassword") for form in forms(wall))
        assert "Special:UserLogin" in wall.text

    def test_a_person_signs_in_at_the_login_page(self, media: MediaWiki, visitor: Visitor) -> None:
        before = media.passwords
        again = visitor.submit(visitor.get(media.login_url), {**AT_MEDIAWIKI, "wpPassword": "wrong"})
        assert "Incorrect username or password" in again.text
        visitor.submit(again, AT_MEDIAWIKI)
        assert mediawiki.page_text("Fog rules") in visitor.get(media.page("Fog rules")).text
        assert media.passwords == before + 2
        media.end_sessions()
        assert mediawiki.page_text("Fog rules") not in visitor.get(media.page("Fog rules")).text


def berths(wiki: WalledWiki, password: str = walled_wiki.PASSWORD) -> dict[str, Any]:
    """The walled wiki as a connector."""
    return behind_login(wiki.page(1), "form", walled_wiki.USER, password, wiki.page(1))


def tides(doku: DokuWiki, password: str = dokuwiki.PASSWORD) -> dict[str, Any]:
    """DokuWiki as a connector; its pages name each other as `doku.php?id=…` alone."""
    site = behind_login(doku.page("start"), "form", dokuwiki.USER, password, doku.login_url)
    return {**site, "filters": {"crawl": {"include": [r"doku\.php\?id=[a-z:]+$"]}}}


def pilots(media: MediaWiki, password: str = mediawiki.PASSWORD) -> dict[str, Any]:
    """MediaWiki as a connector; its pages are those with a title in the path or in the query alone."""
    site = behind_login(media.page("Main Page"), "form", mediawiki.USER, password, media.login_url)
    return {**site, "filters": {"crawl": {"include": [r"index\.php(\?title=|/)[A-Za-z_]+$"]}}}


class TestOurLoginAtTheWalledWiki:
    def test_user_name_and_password_are_enough(self, walled: WalledWiki, tmp_path: Path) -> None:
        trial = try_to_sign_in(tmp_path, berths(walled))
        assert (trial.fault, trial.sentence) == (None, "")
        assert (walled.counts["passwords"], walled.counts["rejected"]) == (1, 0)

    def test_a_wrong_password_is_tried_once(self, walled: WalledWiki, tmp_path: Path) -> None:
        trial = try_to_sign_in(tmp_path, berths(walled, "Seil"))
        assert trial.fault is LoginFaultKind.REJECTED
        assert "Benutzername oder Kennwort ist falsch" in trial.sentence
        assert (walled.counts["passwords"], walled.counts["rejected"]) == (1, 1)


@needs_dokuwiki
class TestOurLoginAtDokuWiki:
    def test_its_pages_are_indexed_and_its_walls_are_not(self, doku: DokuWiki, tmp_path: Path) -> None:
        before = doku.passwords
        config = configured(tmp_path, tides(doku))
        synced = sync(config)
        assert synced.code == 0, synced.said
        assert set(kept(config).documents) == {doku.page(name) for name in dokuwiki.PAGES}
        doku.end_sessions()
        again = sync(config, "--mode", "forced")
        assert (again.run["documents"], again.run["deleted"]) == (len(dokuwiki.PAGES), 0)
        assert doku.passwords == before + 2

    def test_no_link_of_its_menus_ends_the_session_or_asks_for_another_login(
        self, doku: DokuWiki, tmp_path: Path
    ) -> None:
        before = doku.passwords
        config = configured(tmp_path, {**tides(doku), "filters": {}})
        synced = sync(config)
        assert synced.code == 0, synced.said
        assert {doku.page(name) for name in dokuwiki.PAGES} <= set(kept(config).documents)
        assert synced.run["refused"]["logout_link"] == len(dokuwiki.PAGES)
        assert doku.passwords == before + 1

    def test_a_wrong_password_is_tried_once(self, doku: DokuWiki, tmp_path: Path) -> None:
        before = doku.passwords
        trial = try_to_sign_in(tmp_path, tides(doku, "rope"))
        assert trial.fault is LoginFaultKind.REJECTED
        assert "username or password was wrong" in trial.sentence
        assert doku.passwords == before + 1


@needs_mediawiki
class TestOurLoginAtMediaWiki:
    def test_its_pages_are_indexed_and_its_walls_are_not(self, media: MediaWiki, tmp_path: Path) -> None:
        before = media.passwords
        config = configured(tmp_path, pilots(media))
        synced = sync(config)
        assert synced.code == 0, synced.said
        titles = {document.title for document in kept(config).documents.values()}
        assert titles == {"Harbour pilots", *mediawiki.PAGES[1:]}  # the first has the name of the wiki
        media.end_sessions()
        again = sync(config, "--mode", "forced")
        assert again.run["deleted"] == 0
        assert {document.title for document in kept(config).documents.values()} == titles
        assert media.passwords == before + 2

    def test_a_wrong_password_is_tried_once(self, media: MediaWiki, tmp_path: Path) -> None:
        before = media.passwords
        trial = try_to_sign_in(tmp_path, pilots(media, "rope"))
        assert trial.fault is LoginFaultKind.REJECTED
        assert "Incorrect username or password" in trial.sentence
        assert media.passwords == before + 1

    def test_a_wall_that_links_the_form_is_a_place_to_begin(self, media: MediaWiki, tmp_path: Path) -> None:
        wall = media.page("Fog rules")
        site = behind_login(wall, "form", mediawiki.USER, mediawiki.PASSWORD, wall)
        trial = try_to_sign_in(tmp_path, site)
        assert (trial.fault, trial.sentence) == (None, "")
