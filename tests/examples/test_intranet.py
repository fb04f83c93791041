"""The sample sites answer as designed: what a crawler is to meet there is really there."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
import pytest
from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from examples.intranet.board import Board
from examples.intranet.handbook import FILES_FOLDER
from examples.intranet.pages import read_pages
from tests.support.intranet import Intranet


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    """A browser without scripts: it keeps cookies and follows redirects only when asked."""
    with httpx2.Client() as opened:
        yield opened


def fill_form(client: httpx2.Client, page: httpx2.Response, **fields: str) -> httpx2.Response:
    """Send the page's only form with its hidden fields and these."""
    form = LexborHTMLParser(page.text).css_first("form")
    assert form is not None
    hidden = {
        str(field.attributes["name"]): field.attributes["value"] or ""
        for field in form.css("input[type=hidden]")
    }
    return client.post(urljoin(str(page.url), form.attributes["action"] or ""), data=hidden | fields)


def links(page: httpx2.Response) -> set[str]:
    """Every address that the page links to."""
    anchors = LexborHTMLParser(page.text).css("a[href]")
    return {urljoin(str(page.url), anchor.attributes["href"] or "") for anchor in anchors}


# --- handbook


def test_about_eighty_pages_stand_on_five_sites() -> None:
    counts = {site: len(read_pages(site)) for site in ("handbook", "wiki", "portal", "finance", "status")}
    counts["status"] += 2 + len(Board.read().services) + len(Board.read().incidents)
    assert 55 <= sum(counts.values()) <= 85
    assert min(counts.values()) >= 4


def test_every_page_of_the_sitemap_answers(intranet: Intranet, client: httpx2.Client) -> None:
    sitemap = etree.fromstring(client.get(f"{intranet.handbook}/sitemap.xml").content)
    locations = [str(element.text) for element in sitemap.iter("{*}loc")]
    assert len(locations) > 25
    assert {client.get(location).status_code for location in locations} == {200}


def test_every_link_leads_somewhere_but_the_two_dead_ones(intranet: Intranet, client: httpx2.Client) -> None:
    dead = set()
    found = {link for path in read_pages("handbook") for link in links(client.get(intranet.handbook + path))}
    for link in found:
        if link.startswith(intranet.handbook) and "/loop/" not in link:
            answer = client.get(link, follow_redirects=True)
            if answer.status_code != 200:
                dead.add((answer.status_code, urlsplit(link).path))
    assert dead == {(404, "/it/fax-machines"), (410, "/it/pagers")}


def test_an_unchanged_page_answers_304_to_its_etag_and_its_date(
    intranet: Intranet, client: httpx2.Client
) -> None:
    address = f"{intranet.handbook}/people/holidays"
    first = client.get(address)
    for condition in (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = client.get(address, headers=condition)
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "condition",
    [
        {"If-None-Match": '"something else"', "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
    ],
)
def test_a_page_is_sent_when_the_client_has_an_older_one(
    intranet: Intranet, client: httpx2.Client, condition: dict[str, str]
) -> None:
    assert client.get(f"{intranet.handbook}/people/holidays", headers=condition).status_code == 200


def test_robots_disallow_the_private_folder_and_name_the_sitemap(
    intranet: Intranet, client: httpx2.Client
) -> None:
    robots = client.get(f"{intranet.handbook}/robots.txt").text
    assert "Disallow: /private/" in robots
    assert "Crawl-delay: 0" in robots
    assert f"Sitemap: {intranet.handbook}/sitemap.xml" in robots
    assert '/private/board-minutes"' in client.get(f"{intranet.handbook}/").text


def test_a_page_only_the_sitemap_knows_is_linked_from_the_draft_alone(
    intranet: Intranet, client: httpx2.Client
) -> None:
    linking = [
        path
        for path in read_pages("handbook")
        if 'href="/people/volunteering"' in client.get(intranet.handbook + path).text
    ]
    assert linking == ["/drafts/four-day-week"]
    assert "/people/volunteering<" in client.get(f"{intranet.handbook}/sitemap.xml").text


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/holidays", 301, "/people/holidays"),
        ("/people", 301, "/people/"),
        ("/loop/mobius", 302, "/loop/strip"),
        ("/loop/strip", 302, "/loop/mobius"),
    ],
)
def test_redirects(intranet: Intranet, client: httpx2.Client, path: str, status: int, location: str) -> None:
    answer = client.get(intranet.handbook + path)
    assert answer.status_code == status
    assert urlsplit(answer.headers["location"]).path == location


def test_the_draft_says_noindex_and_the_suggestion_box_is_linked_nofollow(
    intranet: Intranet, client: httpx2.Client
) -> None:
    assert (
        '<meta name="robots" content="noindex">'
        in client.get(f"{intranet.handbook}/drafts/four-day-week").text
    )
    assert '<a href="/people/suggestion-box" rel="nofollow">' in client.get(f"{intranet.handbook}/").text


def test_the_print_version_names_its_original_as_canonical(intranet: Intranet, client: httpx2.Client) -> None:
    page = client.get(f"{intranet.handbook}/people/holidays-print").text
    assert f'<link rel="canonical" href="{intranet.handbook}/people/holidays">' in page


def test_two_pages_say_the_same_and_name_no_canonical(intranet: Intranet, client: httpx2.Client) -> None:
    paths = ("/office/dogs", "/archive/dogs-at-work")
    pages = [client.get(intranet.handbook + path).text for path in paths]
    assert len({page.partition("<main>")[2] for page in pages}) == 1
    assert all("canonical" not in page for page in pages)


def test_the_calendar_goes_on_for_ever(intranet: Intranet, client: httpx2.Client) -> None:
    address = f"{intranet.handbook}/calendar/2026/11"
    seen = set()
    for _ in range(30):
        seen.add(address)
        later = re.search(r'href="(/calendar/[^"]+)">Later', client.get(address).text)
        assert later
        address = intranet.handbook + later[1]
    assert len(seen) == 30
    assert client.get(f"{intranet.handbook}/calendar/2026/13").status_code == 404


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("travel-policy.pdf", "application/pdf"),
        (
            "onboarding-checklist.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("expense-rates.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_attachments_are_served_with_their_types(
    intranet: Intranet, client: httpx2.Client, name: str, content_type: str
) -> None:
    answer = client.get(f"{intranet.handbook}/files/{name}")
    assert answer.headers["content-type"] == content_type
    assert answer.content == (FILES_FOLDER / name).read_bytes()


def test_nothing_but_the_attachments_is_served_from_their_folder(
    intranet: Intranet, client: httpx2.Client
) -> None:
    for name in ("nothing.pdf", "..%2Findex.md", "%2e%2e/index.md"):
        assert client.get(f"{intranet.handbook}/files/{name}").status_code == 404


# --- wiki


def test_the_wiki_asks_for_basic_credentials_on_every_page(intranet: Intranet, client: httpx2.Client) -> None:
    for path in ("/", "/open/", "/nothing"):
        answer = client.get(intranet.wiki + path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith('Basic realm="Ternwick engineering"')


def test_the_wiki_lets_the_crawler_in(intranet: Intranet, client: httpx2.Client) -> None:
    answer = client.get(f"{intranet.wiki}/operations/on-call", auth=("crawler", intranet.wiki_password))
    assert answer.status_code == 200
    assert "€450" in answer.text


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic " + base64.b64encode(b"crawler:wrong").decode(),
        "Basic not base64!",
        "Bearer tern-and-tide",
        "Basic",
    ],
)
def test_the_wiki_refuses_everything_else(
    intranet: Intranet, client: httpx2.Client, authorization: str
) -> None:
    assert client.get(intranet.wiki, headers={"Authorization": authorization}).status_code == 401


# --- portal


def test_the_portal_leads_to_its_login_form_and_back(intranet: Intranet, client: httpx2.Client) -> None:
    wall = client.get(f"{intranet.portal}/sales/prices")
    assert (wall.status_code, wall.headers["location"]) == (302, "/login?next=/sales/prices")
    form = client.get(intranet.portal + wall.headers["location"])
    answer = fill_form(client, form, username="crawler", password=intranet.portal_password)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sales/prices")
    assert "€15,640" in client.get(f"{intranet.portal}/sales/prices").text
    assert "Signed in as <strong>crawler</strong>" in client.get(f"{intranet.portal}/me").text


def test_a_wrong_password_shows_the_form_again_with_status_200(
    intranet: Intranet, client: httpx2.Client
) -> None:
    answer = fill_form(client, client.get(f"{intranet.portal}/login"), username="crawler", password="wrong")
    assert answer.status_code == 200
    assert "User name or password is wrong." in answer.text
    assert client.get(f"{intranet.portal}/").status_code == 302


def test_a_form_without_its_csrf_token_is_refused(intranet: Intranet, client: httpx2.Client) -> None:
    form = client.get(f"{intranet.portal}/login")
    answer = fill_form(
        client, form, username="crawler", password=intranet.portal_password, csrf_token="guessed"
    )
    assert (answer.status_code, answer.text) == (
        403,
        "The form has expired. Open the login page again.",
    )


def test_logging_out_ends_the_session(intranet: Intranet, client: httpx2.Client) -> None:
    fill_form(
        client, client.get(f"{intranet.portal}/login"), username="crawler", password=intranet.portal_password
    )
    assert client.get(f"{intranet.portal}/").status_code == 200
    client.get(f"{intranet.portal}/logout")
    assert client.get(f"{intranet.portal}/").status_code == 302


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_a_login_never_leads_to_another_site(intranet: Intranet, client: httpx2.Client, target: str) -> None:
    form = client.get(f"{intranet.portal}/login", params={"next": target})
    answer = fill_form(client, form, username="crawler", password=intranet.portal_password)
    assert answer.headers["location"] == "/"


# --- finance


def sign_on(intranet: Intranet, client: httpx2.Client, path: str, password: str) -> httpx2.Response:
    """Follow the way to the identity provider and fill its form; the answer is its self-posting page."""
    form = client.get(intranet.finance + path, follow_redirects=True)
    assert str(form.url).startswith(f"{intranet.identity}/sso?SAMLRequest=")
    return fill_form(client, form, username="crawler", password=password)


def test_finance_opens_after_a_saml_login(intranet: Intranet, client: httpx2.Client) -> None:
    posting = sign_on(intranet, client, "/budget-2027", intranet.finance_password)
    answer = fill_form(client, posting)
    assert (answer.status_code, answer.headers["location"]) == (303, "/budget-2027")
    assert "€41.5 million" in client.get(f"{intranet.finance}/budget-2027").text


def test_the_identity_provider_remembers_who_signed_in(intranet: Intranet, client: httpx2.Client) -> None:
    fill_form(client, sign_on(intranet, client, "/", intranet.finance_password))
    client.cookies.delete("finance_session")
    silent = client.get(f"{intranet.finance}/closing", follow_redirects=True)
    assert 'name="SAMLResponse"' in silent.text
    assert fill_form(client, silent).headers["location"] == "/closing"


def test_a_wrong_password_at_the_identity_provider_shows_its_form_again(
    intranet: Intranet, client: httpx2.Client
) -> None:
    answer = sign_on(intranet, client, "/", "wrong")
    assert "User name or password is wrong." in answer.text
    assert "SAMLResponse" not in answer.text


def tampered(response: str, old: bytes, new: bytes) -> str:
    changed = base64.b64decode(response).replace(old, new)
    return base64.b64encode(changed).decode()


def test_a_changed_assertion_is_refused(intranet: Intranet, client: httpx2.Client) -> None:
    posting = sign_on(intranet, client, "/", intranet.finance_password)
    signed = LexborHTMLParser(posting.text).css_first("input[name=SAMLResponse]")
    assert signed is not None
    forged = tampered(str(signed.attributes["value"]), b">crawler<", b">director<")
    answer = fill_form(client, posting, SAMLResponse=forged)
    assert answer.status_code == 403
    assert answer.text == "The login was not accepted: the assertion was changed after it was signed."


def test_a_response_is_accepted_once(intranet: Intranet, client: httpx2.Client) -> None:
    posting = sign_on(intranet, client, "/", intranet.finance_password)
    assert fill_form(client, posting).status_code == 303
    again = fill_form(client, posting)
    assert (again.status_code, again.text) == (403, "Nobody asked for this response.")


@pytest.mark.parametrize("request_parameter", ["", "bm90IGRlZmxhdGVk", "%%%"])
def test_the_identity_provider_refuses_what_is_no_request(
    intranet: Intranet, client: httpx2.Client, request_parameter: str
) -> None:
    answer = client.get(f"{intranet.identity}/sso", params={"SAMLRequest": request_parameter})
    assert answer.status_code == 400
    assert answer.text.startswith("This is no login: ")


def test_no_link_keeps_its_placeholder(intranet: Intranet, client: httpx2.Client) -> None:
    found = set().union(*(links(client.get(intranet.handbook + path)) for path in read_pages("handbook")))
    assert f"{intranet.wiki}/open/" in found
    assert not [link for link in found if "site:" in link]


def test_the_saml_request_is_for_the_finance_site(intranet: Intranet, client: httpx2.Client) -> None:
    location = client.get(f"{intranet.finance}/suppliers").headers["location"]
    assert location.startswith(intranet.identity)
    assert parse_qs(urlsplit(location).query)["RelayState"][0].endswith(":/suppliers")


# --- status


def test_the_status_app_is_empty_without_javascript(intranet: Intranet, client: httpx2.Client) -> None:
    for path in ("/", "/services/warnings", "/incidents/2026-08-19-late-warnings", "/maintenance"):
        shell = client.get(intranet.status + path).text
        assert '<div id="app"></div>' in shell
        assert not [word for word in ("queue", "database", "Gateway") if word in shell]


def test_what_the_status_app_says_comes_as_json(intranet: Intranet, client: httpx2.Client) -> None:
    overview = client.get(f"{intranet.status}/api/overview").json()
    states = {service["id"]: service["state"] for service in overview["services"]}
    assert states == dict.fromkeys(("gateway", "charts", "warnings", "api", "sign-in"), "working") | {
        "satellite": "slow"
    }
    assert [incident["id"] for incident in overview["open"]] == ["2026-11-14-satellite-slow"]
    page = client.get(f"{intranet.status}/api/texts/maintenance").json()
    assert page["title"] == "Maintenance"
    assert "Sunday 6 December 2026" in page["html"]


def test_earlier_incidents_are_listed_only_when_asked_for(intranet: Intranet, client: httpx2.Client) -> None:
    latest = client.get(f"{intranet.status}/api/incidents").json()
    assert (len(latest["incidents"]), latest["earlier"]) == (4, True)
    last = latest["incidents"][-1]["id"]
    earlier = client.get(f"{intranet.status}/api/incidents", params={"before": last}).json()
    assert (len(earlier["incidents"]), earlier["earlier"]) == (4, False)
    names = [incident["id"] for incident in latest["incidents"] + earlier["incidents"]]
    assert names == sorted(names, reverse=True)


def test_an_incident_disturbs_its_services_for_as_long_as_it_lasted(
    intranet: Intranet, client: httpx2.Client
) -> None:
    warnings = client.get(f"{intranet.status}/api/services/warnings").json()
    disturbed = [day for day in warnings["days"] if day["minutes"]]
    assert disturbed == [{"day": "2026-08-19", "minutes": 105, "severity": "major"}]
    assert warnings["uptime"] == "99.92 %"


@pytest.mark.parametrize("path", ["/api/services/nothing", "/api/incidents/nothing", "/api/texts/nothing"])
def test_json_of_a_missing_page_is_404(intranet: Intranet, client: httpx2.Client, path: str) -> None:
    answer = client.get(intranet.status + path)
    assert (answer.status_code, answer.json()) == (404, {"fault": "There is no such page."})
