"""A page in whose place something else stands is refused by its reason, and its document waits for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catalog.quarantine import QuarantinedHost
from catalog.vocabulary import IMPOSTORS, PASSING, Reason
from crawler.cli import app
from crawler.sync.quarantine import quarantine_of
from tests.crawler.impostors.pages import IMPOSTORS as PAGES
from tests.crawler.impostors.pages import page as document
from tests.extract.scripted_pages import SHELLS
from tests.support.changing_site import Answer, page, serve_site
from tests.support.syncing import configure, kept, sync

LOGIN = document(
    "<form><input name=user><input type=password name=pass><button>Log in</button></form>", "Log in"
)
STANDING_IN = {
    **{f"/{reason.value}": next(iter(pages.values())) for reason, pages in PAGES.items()},
    # A parked domain names itself; this one is parked by its script.
    "/parked_domain": PAGES[Reason.PARKED_DOMAIN]["AdSense for Domains"],
    "/needs_javascript": SHELLS["create-react-app"],
    "/login_page": LOGIN,
}
MAINTENANCE = Answer(PAGES[Reason.MAINTENANCE_PAGE]["the template that many copy"].encode())
FORBIDDEN_TO_INDEX = document(
    "<h1>We'll be back soon</h1><p>Maintenance.</p>", "Maintenance", "<meta name=robots content=noindex>"
)


def explained(config: Path, url: str, *options: str) -> str:
    result = CliRunner().invoke(
        app, ["explain", url, "--config", str(config), *options], catch_exceptions=False
    )
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_a_document_waits_while_something_else_stands_in_its_place(tmp_path: Path) -> None:
    paths = [*STANDING_IN, "/noindex"]
    with serve_site({"/": page("Start", *paths), **{path: page(path) for path in paths}}) as site:
        config = configure(tmp_path, {"name": "library", "seeds": [site.url()]})
        first = sync(config)
        before = kept(config).documents
        genuine = dict(site.pages)
        site.pages.update({path: Answer(html.encode()) for path, html in STANDING_IN.items()})
        site.pages["/noindex"] = Answer(FORBIDDEN_TO_INDEX.encode())
        second = sync(config)
        meanwhile = kept(config)
        story = explained(config, site.url("/consent_wall"))
        told = json.loads(explained(config, site.url("/maintenance_page"), "--json"))
        site.pages.update(genuine)
        third = sync(config)
        states = {kept(config).ledger[site.url(path)].state for path in paths}
        host = site.url().split("/")[2]
    assert first.run["added"] == len(paths) + 1
    reasons = {
        url.rpartition("/")[2]: row.reason
        for url, row in meanwhile.ledger.items()
        if row.kept == "quarantined"
    }
    assert reasons == {path[1:]: path[1:] for path in STANDING_IN} | {"noindex": "maintenance_page"}
    assert (meanwhile.documents, second.run["state"], second.run["deleted"]) == (before, "succeeded", 0)
    assert second.run["warnings"] == [
        f"{host}: 8 documents are kept as known before, as something else stood there (maintenance_page 2, "
        "consent_wall 1, default_page 1, error_page 1, login_page 1, needs_javascript 1, parked_domain 1)"
    ]
    assert "Its document “/consent_wall” of " in story
    assert "  to do      let a browser give or refuse it (`render.click` names the button)" in story
    assert told["advice"] == "nothing: the next sync asks again"
    assert third.run["refused"] == {}
    assert states == {"unchanged"}, "the same as before, whatever was there meanwhile"


def test_what_was_never_a_document_becomes_none(tmp_path: Path) -> None:
    pages = {path: Answer(html.encode()) for path, html in STANDING_IN.items()}
    with serve_site({"/": page("Start", *pages), **pages}) as site:
        synced = sync(configure(tmp_path, {"name": "library", "seeds": [site.url()]}))
    assert (synced.run["added"], synced.run["warnings"]) == (1, [])
    assert synced.run["refused"] == dict.fromkeys((path[1:] for path in STANDING_IN), 1)


def test_a_host_that_closes_everywhere_loses_nothing_and_says_so(tmp_path: Path) -> None:
    paths = [f"/{number}" for number in range(12)]
    with serve_site(
        {"/": page("Start", *paths, "/gone"), "/gone": page("Gone"), **{p: page(p) for p in paths}}
    ) as site:
        config = configure(tmp_path, {"name": "library", "seeds": [site.url()]})
        sync(config)
        site.pages.update(dict.fromkeys(paths, MAINTENANCE))
        del site.pages["/gone"]
        doubtful = sync(config)
        quarantined = {url for url, row in kept(config).ledger.items() if row.kept == "quarantined"}
        accepted = sync(config, "--accept-deletions")
        left = kept(config).documents
        host, gone, closed = site.url().split("/")[2], site.url("/gone"), {site.url(path) for path in paths}
    assert (doubtful.code, doubtful.run["state"], doubtful.run["deleted"]) == (3, "incomplete", 0)
    assert doubtful.run["error"] == (
        f"something else than before stands on {host} (maintenance_page at 12 of 13 documents), more than "
        "`sync.deletion_guard` (15%) allows: nothing is deleted there; `crawler report 2` lists the "
        "documents, `crawler explain` says of each what to do, `crawler sync library --accept-deletions` "
        "goes on regardless"
    )
    assert quarantined == closed
    assert (accepted.code, accepted.run["deleted"]) == (0, 1)
    assert closed <= left.keys()
    assert gone not in left


@pytest.mark.parametrize("answers_all", [True, False])
def test_what_is_only_suspected_is_proved_by_what_the_site_says_elsewhere(
    tmp_path: Path, answers_all: bool
) -> None:
    links = "".join(f"<a href='/{number}'>{number}</a> " for number in range(8))
    html = document(f"<h1>Maintenance</h1><p>The north quay is being repaired.</p>{links}", "Quay")
    closed = Answer(html.encode())
    with serve_site({"/": page("Start", "/notes/quay"), "/notes/quay": closed}) as site:
        if answers_all:
            site.otherwise = closed
        config = configure(tmp_path, {"name": "library", "seeds": [site.url()], "scope": {"max_depth": 1}})
        sync(config)
        verdict = kept(config).verdicts()[site.url("/notes/quay")]
    assert verdict == (("refused", "maintenance_page") if answers_all else ("indexed", None))


def test_a_front_page_is_not_proved_to_be_anything_by_what_the_site_says_elsewhere(tmp_path: Path) -> None:
    front = Answer(
        document("<h1>Maintenance of cranes</h1><p>We repair cranes of all makers.</p>", "Cranes").encode()
    )
    with serve_site({"/start": page("Start", "/"), "/": front}) as site:
        site.otherwise = front
        config = configure(tmp_path, {"name": "library", "seeds": [site.url("/start")]})
        sync(config)
        assert kept(config).verdicts()[site.url("/")] == ("indexed", None)


def test_a_page_in_quarantine_leads_where_it_led_before(tmp_path: Path) -> None:
    with serve_site(
        {"/": page("Start", "/hub"), "/hub": page("Hub", "/leaf"), "/leaf": page("Leaf")}
    ) as site:
        connector = {"name": "library", "seeds": [site.url()], "sync": {"delete_orphans_after": 1}}
        config = configure(tmp_path, connector)
        sync(config)
        hub, site.pages["/hub"] = site.pages["/hub"], MAINTENANCE
        closed = [sync(config).run for _ in range(2)]
        site.pages["/hub"] = hub
        opened = sync(config).run
    assert [(run["orphans"], run["deleted"], run["documents"]) for run in closed] == [(0, 0, 3), (0, 0, 3)]
    assert (opened["unchanged"], opened["refused"]) == (3, {})


def test_a_seed_that_is_closed_says_so(tmp_path: Path) -> None:
    with serve_site({"/": MAINTENANCE}) as site:
        synced = sync(configure(tmp_path, {"name": "library", "seeds": [site.url()]}))
        seed = site.url()
    assert (synced.code, synced.run["state"], synced.run["documents"]) == (1, "failed", 0)
    assert (
        synced.run["error"] == f"seed {seed}: a page of few words stands there that says “We’ll be back soon”"
    )


@pytest.mark.parametrize(
    ("replaced", "well", "in_doubt"),
    [
        ({Reason.MAINTENANCE_PAGE: 9}, 0, False),  # in a small site the guard never speaks
        ({Reason.MAINTENANCE_PAGE: 10}, 56, True),
        ({Reason.MAINTENANCE_PAGE: 10}, 57, False),
        ({Reason.LOGIN_PAGE: 5, Reason.ERROR_PAGE: 5}, 10, True),
        ({Reason.SOFT_404: 500}, 10, False),  # pages go one by one
    ],
)
def test_a_host_is_in_doubt_by_the_share_of_its_documents(
    replaced: dict[Reason, int], well: int, in_doubt: bool
) -> None:
    found = quarantine_of([QuarantinedHost("a.example", replaced, well)], 0.15, "library", 7)
    assert found.in_doubt == (frozenset({"a.example"}) if in_doubt else frozenset())
    assert (found.sentence is not None) is in_doubt
    assert len(found.lines) == 1


def test_every_reason_of_these_says_what_to_do() -> None:
    assert [reason for reason in IMPOSTORS if not reason.advice] == []
    assert PASSING <= IMPOSTORS
