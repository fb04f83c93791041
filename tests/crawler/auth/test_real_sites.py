"""Form logins at real wikis, whose walls answer 200 or are walls of their own kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import dokuwiki, mediawiki, walled_wiki
from tests.support.dokuwiki import DokuWiki, needs_dokuwiki, serve_dokuwiki
from tests.support.mediawiki import MediaWiki, needs_mediawiki, serve_mediawiki
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
