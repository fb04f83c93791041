"""`crawler validate --try URL`: what the mappings yield on a live page, and nothing of it is kept."""

from __future__ import annotations

from pathlib import Path

import orjson
from typer.testing import CliRunner, Result

from crawler.cli import app
from tests.support.changing_site import page, serve_site
from tests.support.syncing import configure

MAPPINGS = [
    {"field": "rate", "from": "css:.rate"},
    {"field": "day", "from": ["css:.day", "meta:date"]},
]
BODY = "<p class=rate>on request</p><p class=day>Updated on 3 March 2026</p>"


def tried(config: Path, url: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["validate", "--try", url, "--config", str(config), *arguments])


def configured(folder: Path, seed: str, **more: object) -> Path:
    fields = {"rate": {"type": "double"}, "day": {"type": "date"}}
    connector = {"name": "library", "seeds": [seed], "field_mappings": MAPPINGS, **more}
    return configure(folder, connector, fields=fields)


def test_a_page_is_shown_as_a_sync_would_read_it_and_nothing_is_kept(tmp_path: Path) -> None:
    with serve_site({"/": page("Start"), "/rates": page("Rates", "/deeper", text=BODY)}) as site:
        config = configured(tmp_path, site.url())
        shown = tried(config, site.url("/rates"))
        told = orjson.loads(tried(config, site.url("/rates"), "--json").stdout)
        asked = {each.path for each in site.take_log()}

    assert shown.exit_code == 0, shown.output
    assert "Read as by a sync of the connector library; nothing of it is kept." in shown.stdout
    assert "no value: `on request` is not a number (digits with a point)" in shown.stdout
    assert "2026-03-03 00:00:00 UTC" in shown.stdout
    assert told["mappings"] == [
        {"field": "rate", "from": ["css:.rate"], "value": None},
        {"field": "day", "from": ["css:.day", "meta:date"], "value": "2026-03-03T00:00:00+00:00"},
    ]
    assert [fault["field"] for fault in told["faults"]] == ["rate"]
    assert (told["state"], told["status"], told["title"]) == ("indexed", 200, "Rates")
    assert asked == {"/rates"}
    assert not (tmp_path / "data").exists()


def test_only_mappings_for_what_came_of_it_are_shown(tmp_path: Path) -> None:
    mappings = [
        {"field": "rate", "from": "css:.rate", "applies_to": "page"},
        {"field": "rate", "from": "const:7", "applies_to": "file"},
        {"field": "rate", "from": "const:9"},
    ]
    with serve_site({"/": page("Rates", text="<p class=rate>4.5</p>")}) as site:
        config = configured(tmp_path, site.url(), field_mappings=mappings)
        shown = tried(config, site.url())
        told = orjson.loads(tried(config, site.url(), "--json").stdout)

    assert [each["from"] for each in told["mappings"]] == [["css:.rate"], ["const:9"]]
    assert "css:.rate, const:9" in shown.stdout


def test_why_no_document_comes_of_a_page_is_said(tmp_path: Path) -> None:
    nginx = page("Welcome to nginx!", text="The nginx web server is successfully installed and working.")
    with serve_site({"/": page("Start"), "/shop": nginx}) as site:
        config = configured(tmp_path, site.url(), filters={"crawl": {"exclude": ["/secret"]}})
        shop = tried(config, site.url("/shop"))
        secret = tried(config, site.url("/secret"))
        missing = tried(config, site.url("/missing"))
        elsewhere = tried(config, "https://elsewhere.example/")

    assert [each.exit_code for each in (shop, secret, missing, elsewhere)] == [1, 1, 1, 1]
    assert (
        "no site (default_page): the default page of nginx stands there\nWhat to do: see that" in shop.stdout
    )
    assert "a sync does not follow links to it: " in secret.stdout
    assert ", filters.crawl.exclude[0] '/secret'." in secret.stdout
    assert "Gone: the server answered 404 (not_found)" in missing.stdout
    assert "outside `scope.follow` (out_of_scope)" in elsewhere.stdout


def test_a_page_that_a_sync_takes_for_a_login_or_for_missing_is_refused_here_too(tmp_path: Path) -> None:
    form = "<form method=post><input name=user><input type=password name=word><button>Log in</button></form>"
    missing = page("Not found", text="The page that you look for could not be found.")
    pages = {"/": page("Start"), "/minutes": page("Log in", text=form), "/old": missing}
    with serve_site(pages) as site:
        site.otherwise = missing
        config = configured(tmp_path, site.url())
        login, old = (tried(config, site.url(path)).stdout for path in ("/minutes", "/old"))

    assert "(login_page): little but a login form stands there\nWhat to do: sign in by `auth`" in login
    assert "(soft_404): the site answers just this to addresses that are not there" in old


def test_what_is_no_address_is_a_wrong_call(tmp_path: Path) -> None:
    refused = tried(configured(tmp_path, "https://intranet.example/"), "http://")
    assert refused.exit_code == 2, refused.output
