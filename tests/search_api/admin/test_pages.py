"""The pages for operators over HTTP: who may see them, what they say, how they refuse."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.search_api.admin.conftest import Operated

PAGES = (
    "/admin",
    "/admin/runs",
    "/admin/runs/1",
    "/admin/urls",
    "/admin/plan",
    "/admin/try",
    "/admin/access",
    "/admin/answers/1",
    "/admin/tuning",
    "/admin/tuning/synonyms",
    "/admin/analytics",
)


@pytest.fixture
def browser(operated: Operated) -> Iterator[httpx2.Client]:
    """As a browser that nobody is signed in at: it keeps cookies."""
    with httpx2.Client(base_url=operated.address, trust_env=False) as client:
        yield client


def key_of(client: httpx2.Client) -> str:
    return client.headers["authorization"].removeprefix("Bearer ")


def signed_in(browser: httpx2.Client, operated: Operated) -> httpx2.Client:
    form = {"key": key_of(operated.operator), "next": "/admin/runs"}
    answer = browser.post("/admin/sign-in", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/runs")
    return browser


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_not_known_is_asked_for_a_key_and_nobody_else_gets_in(
    operated: Operated, browser: httpx2.Client, path: str
) -> None:
    asked = browser.get(path)
    assert (asked.status_code, asked.headers["location"].split("?")[0]) == (303, "/admin/sign-in")
    refused = operated.searcher.get(path)
    assert refused.status_code == 403
    assert "This is for operators" in refused.text
    assert "wiki" not in refused.text


@pytest.mark.parametrize(
    "path",
    ["/admin/connectors/wiki/sync", "/admin/plan", "/admin/try", "/admin/urls", "/admin/tuning/synonyms"],
)
def test_nothing_is_begun_for_whoever_may_not(operated: Operated, browser: httpx2.Client, path: str) -> None:
    form = {"connector": "wiki", "url": operated.site.url()}
    assert browser.post(path, data=form).status_code == 303
    assert operated.searcher.post(path, data=form).status_code == 403


def test_a_key_signs_in_until_signing_out(operated: Operated, browser: httpx2.Client) -> None:
    signed_in(browser, operated)
    (cookie,) = browser.cookies.jar
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert key_of(operated.operator) not in (cookie.value or "")
    assert "Run" in browser.get("/admin/runs").text
    browser.post("/sign-out")
    assert browser.get("/admin/runs").status_code == 303


@pytest.mark.parametrize("key", ["", "nothing", "of the searcher"])
def test_no_other_key_signs_in(operated: Operated, browser: httpx2.Client, key: str) -> None:
    key = key_of(operated.searcher) if key == "of the searcher" else key
    answer = browser.post("/admin/sign-in", data={"key": key})
    assert (answer.status_code, len(browser.cookies)) == (401, 0)
    assert "There is no such key with the scope admin" in answer.text


@pytest.mark.parametrize("next_path", ["https://elsewhere.example/", "//elsewhere.example", "\\\\elsewhere"])
def test_signing_in_leads_to_no_other_site(
    operated: Operated, browser: httpx2.Client, next_path: str
) -> None:
    answer = browser.post("/admin/sign-in", data={"key": key_of(operated.operator), "next": next_path})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_what_another_site_sends_begins_nothing(operated: Operated, browser: httpx2.Client) -> None:
    signed_in(browser, operated)
    forged = browser.post("/admin/connectors/wiki/sync", data={}, headers={"sec-fetch-site": "cross-site"})
    assert forged.status_code == 403


def test_connectors_show_their_health_and_that_nobody_syncs(operated: Operated) -> None:
    html = operated.ask("GET", "/admin").text
    assert "Nobody carries out syncs" in html
    assert "healthy" in html
    assert ">Sync<" not in html


def test_a_run_leads_to_its_reasons_and_each_url(operated: Operated) -> None:
    html = operated.ask("GET", "/admin/runs/1").text
    assert "/admin/runs/1?state=refused&amp;reason=excluded_by_crawl_filter#urls" in html
    assert "/v1/runs/1/urls.csv" in html
    refused = operated.ask("GET", "/admin/runs/1?state=refused&reason=excluded_by_crawl_filter").text
    assert "filters.crawl.exclude[0]" in refused
    assert "/contact" not in refused


def test_a_url_is_explained_with_its_way_its_rule_and_its_document(operated: Operated) -> None:
    about = operated.ask("GET", "/admin/urls", params={"url": operated.site.url("/about")}).text
    assert "About" in about
    assert "linked, depth 1" in about
    secret = operated.ask("GET", "/admin/urls", params={"url": operated.site.url("/secret")}).text
    assert "filters.crawl.exclude[0]" in secret
    assert "connectors.yaml:" in secret
    unknown = operated.ask("GET", "/admin/urls", params={"url": operated.site.url("/about/")}).text
    assert "never seen" in unknown
    assert "Which rule would decide?" in unknown


@pytest.mark.parametrize(
    ("method", "path", "form", "status", "said"),
    [
        ("GET", "/admin/runs/99", None, 404, "There is no run 99"),
        ("GET", "/admin/answers/99", None, 404, "There is no command 99"),
        ("GET", "/admin/runs?before=x", None, 422, "before: "),
        ("GET", "/admin/urls?url=http://[", None, 422, "cannot be parsed"),
        ("POST", "/admin/connectors/wiki/sync", {"mode": "full"}, 409, "start `crawler schedule`"),
        ("POST", "/admin/connectors/nothing/sync", {"mode": "full"}, 404, "no connector is called"),
        ("POST", "/admin/connectors/wiki/sync", {"mode": "sideways"}, 422, "mode: "),
        ("POST", "/admin/plan", {"connector": "wiki", "sample": "many"}, 422, "sample: "),
        ("POST", "/admin/plan", {"connector": "wiki", "rules": "filters: ["}, 422, "rules: line "),
        ("POST", "/admin/plan", {"connector": "wiki", "rules": "just words"}, 422, "rules: "),
        ("POST", "/admin/try", {"url": "https://a.example/"}, 409, "start `crawler schedule`"),
        ("GET", "/admin/access?user=eva", None, 503, "Nothing is indexed yet"),
        ("GET", "/admin/analytics?since=yesterday", None, 422, "since: "),
        ("GET", "/admin/tuning/colours", None, 422, "kind: "),
    ],
)
def test_what_cannot_be_done_is_said_on_a_page(
    operated: Operated, method: str, path: str, *, form: dict[str, str] | None, status: int, said: str
) -> None:
    answer = operated.ask(method, path, data=form)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.status_code == status
    assert said.lower() in answer.text.lower()


def test_tuning_is_kept_in_versions_that_can_be_brought_back(operated: Operated) -> None:
    for content in ("vpn, remote access", "pto => holiday"):
        kept = operated.ask("POST", "/admin/tuning/synonyms", data={"content": content})
        assert (kept.status_code, kept.headers["location"]) == (303, "/admin/tuning/synonyms")
    assert "pto =&gt; holiday</textarea>" in operated.ask("GET", "/admin/tuning/synonyms").text
    operated.ask("POST", "/admin/tuning/synonyms/versions/1")
    html = operated.ask("GET", "/admin/tuning/synonyms").text
    assert "vpn, remote access</textarea>" in html
    assert "brings back 1" in html


def test_a_fault_of_tuning_says_its_line_to_whoever_looks_at_the_text(operated: Operated) -> None:
    refused = operated.ask("POST", "/admin/tuning/synonyms", data={"content": "vpn, tunnel\nlonely"})
    assert "<li>Line 2, column 1: a rule needs two words at least: <code>a, b</code>" in refused.text


def test_tuning_with_faults_stays_in_the_form_and_is_not_kept(operated: Operated) -> None:
    refused = operated.ask("POST", "/admin/tuning/featured", data={"content": "featured: [{"})
    assert refused.status_code == 422
    assert "Nothing was kept" in refused.text
    assert "featured: [{</textarea>" in refused.text
    assert "Versions" not in operated.ask("GET", "/admin/tuning/featured").text
