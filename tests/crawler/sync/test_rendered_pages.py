"""A sync reads pages as a browser shows them, where they want one, and only there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.rendering.renderer import INSTALL, why_unavailable
from tests.support.changing_site import Answer, page, serve_site
from tests.support.scripted_site import ARTICLES, PASSWORD, USER, ScriptedSite, serve_scripted_site
from tests.support.static_site import serve_folder
from tests.support.syncing import (
    REPOSITORY,
    Synced,
    command,
    configure,
    document_texts,
    kept,
    read_output,
    sync,
)

needs_browser = pytest.mark.skipif(
    why_unavailable() is not None, reason="the Debian package chromium-headless-shell is missing"
)
PAGES = 2 * ARTICLES + 1


@pytest.fixture
def site() -> Iterator[ScriptedSite]:
    with serve_scripted_site() as running:
        yield running


@pytest.fixture
def locked_site() -> Iterator[ScriptedSite]:
    with serve_scripted_site(locked=True) as running:
        yield running


def harbour(site: ScriptedSite, **changes: Any) -> dict[str, Any]:
    return {"name": "harbour", "seeds": [f"{site.address}/"], "render": "auto", **changes}


def texts(config: Path) -> dict[str, str]:
    """What the living documents say, by the path of their address."""
    return {"/" + url.split("/", 3)[3]: text for url, text in document_texts(config).items()}


def without_browser(config: Path) -> Synced:
    """A sync on a machine that has no Chromium."""
    environment = {**os.environ, "PATH": "/nonexistent"}
    finished = subprocess.run(
        command(config), cwd=REPOSITORY, env=environment, capture_output=True, timeout=120, check=False
    )
    return read_output(finished.returncode, finished.stdout, finished.stderr)


@needs_browser
def test_what_only_scripts_show_is_read_and_pages_that_are_complete_are_not_rendered(
    site: ScriptedSite, tmp_path: Path
) -> None:
    config = configure(tmp_path, harbour(site))
    synced = sync(config)
    assert (synced.run["state"], synced.run["documents"], synced.run["rendered"]) == (
        "succeeded",
        PAGES,
        ARTICLES,
    ), synced.said
    said = texts(config)
    assert all(site.article(number) in said[f"/articles/{number}"] for number in range(ARTICLES))
    ledger = kept(config).ledger
    renderers = {url.removeprefix(site.address): row.renderer for url, row in ledger.items()}
    assert {path for path, renderer in renderers.items() if renderer == "browser"} == {
        f"/articles/{number}" for number in range(ARTICLES)
    }


@needs_browser
def test_a_shell_that_did_not_change_does_not_hide_that_its_content_did(
    site: ScriptedSite, tmp_path: Path
) -> None:
    config = configure(tmp_path, harbour(site))
    assert sync(config).run["documents"] == PAGES
    unchanged = sync(config)
    assert (unchanged.run["unchanged"], unchanged.run["changed"], unchanged.run["rendered"]) == (PAGES, 0, 0)
    site.news = "rough and the pilots stay ashore"
    changed = sync(config)
    assert (changed.run["changed"], changed.run["deleted"], site.requests["304"]) == (ARTICLES, 0, 0)
    assert changed.run["rendered"] == ARTICLES
    assert "the pilots stay ashore" in texts(config)["/articles/3"]


@needs_browser
def test_render_always_opens_every_page(site: ScriptedSite, tmp_path: Path) -> None:
    synced = sync(configure(tmp_path, harbour(site, render="always")))
    assert (synced.run["documents"], synced.run["rendered"]) == (PAGES, PAGES)


def test_render_never_opens_none(site: ScriptedSite, tmp_path: Path) -> None:
    config = configure(tmp_path, harbour(site, render="never"))
    synced = sync(config)
    assert (synced.run["rendered"], synced.run["warnings"], site.requests["data"]) == (0, [], 0)
    assert not [text for text in texts(config).values() if "oranges" in text]


def test_without_a_browser_the_summary_says_how_many_pages_want_one(
    site: ScriptedSite, tmp_path: Path
) -> None:
    synced = without_browser(configure(tmp_path, harbour(site)))
    assert synced.run["rendered"] == 0
    (warning,) = synced.run["warnings"]
    assert warning.startswith(f"{ARTICLES} pages want a browser and may lack content: ")
    assert INSTALL in warning


def test_without_a_browser_render_always_ends_before_anything_is_asked(
    site: ScriptedSite, tmp_path: Path
) -> None:
    synced = without_browser(configure(tmp_path, harbour(site, render="always")))
    assert (synced.code, synced.runs, site.requests) == (2, {}, {})
    assert "connector harbour: `render: always`, but " in synced.said
    assert INSTALL in synced.said


def signed_in(site: ScriptedSite) -> dict[str, Any]:
    login = {
        "type": "form",
        "username": USER,
        "password": PASSWORD,
        "login_url": f"{site.address}/login",
        "logged_in": {"url": f"{site.address}/me", "contains": f"You are {USER}"},
    }
    return harbour(site, auth=login, access=[{"match": "", "allow": ["group:harbour"]}])


@needs_browser
def test_pages_in_the_browser_are_signed_in_as_over_http(locked_site: ScriptedSite, tmp_path: Path) -> None:
    config = configure(tmp_path, signed_in(locked_site))
    synced = sync(config)
    assert (synced.run["documents"], locked_site.requests["passwords"]) == (PAGES, 1), synced.said
    assert all(locked_site.article(n) in texts(config)[f"/articles/{n}"] for n in range(ARTICLES))


@needs_browser
def test_a_session_that_ends_while_pages_are_shown_is_renewed_and_nothing_else_is_read(
    locked_site: ScriptedSite, tmp_path: Path
) -> None:
    locked_site.ends_after = 4
    config = configure(tmp_path, signed_in(locked_site))
    synced = sync(config)
    assert synced.run["documents"] == PAGES, synced.said
    said = texts(config)
    assert all(locked_site.article(number) in said[f"/articles/{number}"] for number in range(ARTICLES))
    assert not [text for text in said.values() if "Please sign in" in text]
    assert locked_site.requests["passwords"] > 1


@needs_browser
def test_links_of_a_page_whose_script_leads_elsewhere_are_found_on_the_other_page(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    links = '<a href="/tides.html">Tides</a> <a href="/berths.html">Berths</a>'
    (folder / "index.html").write_text(
        f'<!doctype html><title>Door</title><div id="app">{links}</div>'
        '<script>location = "/home.html"</script>'
    )
    for name in ("home", "tides", "berths"):
        text = f"<h1>{name}</h1><p>The {name} of the harbour are told on this page, morning and evening.</p>"
        (folder / f"{name}.html").write_text(f"<!doctype html><title>{name}</title>{text}{links}")
    with serve_folder(folder) as served:
        config = configure(tmp_path, {"name": "door", "seeds": [f"{served.url}/"], "render": "auto"})
        synced = sync(config)
        assert set(texts(config)) == {"/home.html", "/tides.html", "/berths.html"}, synced.said


@needs_browser
def test_a_shell_is_refused_where_a_browser_got_no_further_and_a_short_page_is_not(tmp_path: Path) -> None:
    filling = b"document.getElementById('root').innerHTML = '<h1>Tide</h1><p>High at noon.</p>'"
    scripts = {"/filled.js": filling, "/waiting.js": b"fetch('/never.json')"}
    shells = {
        path.removesuffix(".js"): Answer(f"<div id=root></div><script src={path}></script>".encode())
        for path in scripts
    }
    answers = {path: Answer(script, content_type="text/javascript") for path, script in scripts.items()}
    with serve_site({"/": page("Start", *shells), **shells, **answers}) as site:
        config = configure(tmp_path, {"name": "harbour", "seeds": [site.url()], "render": "auto"})
        sync(config)
        seen = kept(config)
        filled, waiting = site.url("/filled"), site.url("/waiting")
    assert seen.verdicts()[filled] == ("indexed", None)
    assert seen.verdicts()[waiting] == ("refused", "needs_javascript")
    assert (seen.ledger[waiting].renderer, seen.details[waiting]) == (
        "http",
        "its HTML holds 0 words and an empty #root",
    )
