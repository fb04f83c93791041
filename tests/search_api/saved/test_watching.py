"""Saved searches, with a real index and a real webhook: who is told of what, and when no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from catalog.alert_tables import alerts
from catalog.api_keys import Scope, create_key, revoke_key
from catalog.documents import mark_indexed
from catalog.tables import documents
from search_api.app import create_app
from search_api.catalog_door import CatalogDoor
from search_api.current_settings import CurrentSettings
from search_api.identity.identify import Identifier
from search_api.saved.telling import LONGEST_PAUSE, MOST_TRIES, pause_after
from search_api.saved.watch import AlertWatch
from settings.load import load_settings
from tests.indexer.retrieval.library import Library
from tests.search_api.library_service import service_of
from tests.support.snippets import snippets
from tests.support.webhook import Told, Webhook, serve_webhook

CONFIGURATION = """
version: 1
store: {database: sqlite:///catalog.db, directory: .}
search:
  authentication: {type: api_keys}
  alerts: {webhooks: ['ORIGIN']}
connectors:
  - {name: intranet, seeds: [https://intranet.example.com/], access: public}
"""
GUIDE = Path(__file__).resolve().parents[3] / "docs/alerts.md"
SITE = "https://intranet.example.com"


@dataclass
class Company:
    """A service of callers with keys, over a library to which a test adds documents."""

    library: Library
    client: TestClient
    keys: dict[str, str]
    watch: AlertWatch
    hook: Webhook

    def ask(self, method: str, path: str = "", who: str = "eva", **more: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.keys[who]}"}
        return self.client.request(method, f"/v1/saved-searches{path}", headers=headers, **more)

    def save(self, query: str = "parental leave", who: str = "eva", **more: Any) -> Any:
        """Watched by a webhook with the caller's name."""
        body = {"name": f"{who}: {query}", "query": query, "webhook": self.hook.url(f"/{who}"), **more}
        answer = self.ask("POST", who=who, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def paused(self, search_id: str, who: str = "eva") -> Any:
        """Why nothing is sent of it any more."""
        saved = self.ask("GET", who=who).json()["saved_searches"]
        return next(each["paused"] for each in saved if each["id"] == search_id)

    def say(self, path: str, text: str, *, allow: tuple[str, ...] = ("everyone",)) -> str:
        """Publish a page now."""
        name = self.library.add(f"{SITE}/{path}", text, allow=allow, title=path)
        self.library.publish()
        now = datetime.now(UTC)
        with self.library.catalog.write() as connection:
            dates = {"created_at": now, "changed_at": now}
            connection.execute(update(documents).where(documents.c.id == name).values(dates))
            mark_indexed(connection, [(name, 1)])
        return name

    def told(self, who: str = "eva") -> list[Told]:
        """What that caller's webhook is told by everything that waits now."""
        begun = len(self.hook.told)
        self.watch.look()
        return [each for each in self.hook.told[begun:] if each.path == f"/{who}"]

    def hurry(self) -> None:
        """What was put off is due."""
        with self.library.catalog.write() as connection:
            connection.execute(update(alerts).values(next_try_at=datetime.now(UTC)))

    @contextmanager
    def answering(self, status: int) -> Iterator[None]:
        """While the webhook answers like that."""
        usual, self.hook.statuses = self.hook.statuses, (status,)
        yield
        self.hook.statuses = usual


def urls(told: list[Told]) -> list[str]:
    return [document["url"] for each in told for document in each.body["data"]["documents"]]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with serve_webhook() as hook:
        file = tmp_path / "connectors.yaml"
        file.write_text(CONFIGURATION.replace("ORIGIN", f"http://127.0.0.1:{hook.port}"))
        settings = load_settings(file)
        library = Library(tmp_path)
        library.add(f"{SITE}/old", "Parental leave as it was.")
        with library.catalog.write() as connection:
            keys = {
                "eva": create_key(connection, "eva", ["board"]),
                "bob": create_key(connection, "bob"),
                "chat": create_key(connection, "chat", scopes=[Scope.ACT_AS]),
            }
        service, door = service_of(library), CatalogDoor(settings.store)
        parts = (door, CurrentSettings(settings))
        app = create_app(service, Identifier(), *parts)
        yield Company(library, TestClient(app), keys, AlertWatch(service, *parts, Identifier()), hook)
        door.close()
        library.close()


def test_each_is_told_what_appears_and_may_be_read(company: Company) -> None:
    saved = company.save()
    company.save(who="bob")
    company.say("board", "Leave of the board, the parental kind.", allow=("group:board",))
    company.say("leave", "Every parent takes up to 26 weeks of parental leave.")
    company.say("lunch", "Lunch is served until two; nobody leaves hungry.")
    begun = len(company.hook.told)
    company.watch.look()
    by = {each.path: each for each in company.hook.told[begun:]}
    assert sorted(urls([by["/eva"]])) == [f"{SITE}/board", f"{SITE}/leave"]
    assert urls([by["/bob"]]) == [f"{SITE}/leave"]
    (document,) = by["/bob"].body["data"]["documents"]
    assert document["event"] == "appeared"
    assert "26 weeks" in document["excerpt"]
    assert document["deep_link"].startswith(f"{SITE}/leave#")
    named = {"id": saved["id"], "name": saved["name"], "query": "parental leave"}
    assert by["/eva"].body["data"]["saved_search"] == named
    assert by["/bob"].body["text"].startswith("Sitelore: 1 new for “bob: parental leave”\nleave: https://")
    assert company.told() == [], "nothing is told twice"


def test_what_is_sent_is_signed_by_the_key_that_was_shown_once(company: Company) -> None:
    secret = company.save("canteen")["secret"]
    assert "secret" not in company.ask("GET").text
    company.say("canteen", "The canteen opens at noon.")
    (sent,) = company.told()
    # The webhook of the tests keeps the parsed body; orjson writes it as it was.
    body = orjson.dumps(sent.body)
    (program,) = snippets(GUIDE, "python")
    guide: dict[str, Any] = {}
    exec(program, guide)
    assert guide["is_genuine"](secret, sent.headers, body)
    assert not guide["is_genuine"](secret, sent.headers, body + b" ")
    assert not guide["is_genuine"]("whsec_" + "A" * 44, sent.headers, body)


def test_operators_and_filters_count_and_every_telling_word(company: Company) -> None:
    company.save("watering the office plants", who="bob")
    company.save('"office plants" -plastic')
    company.save("", filter={"field": "title", "prefix": "it-"})
    company.say("near", "Ferns in an office: how to care for plants.")
    company.say("plastic", "Office plants of plastic need no watering.")
    company.say("plants", "An office plant needs to be watered by everyone; office plants grow.")
    company.say("it-vpn", "Install the client.")
    begun = len(company.hook.told)
    company.watch.look()
    sent = company.hook.told[begun:]
    assert urls([each for each in sent if each.path == "/bob"]) == [f"{SITE}/plastic", f"{SITE}/plants"]
    assert sorted(urls([each for each in sent if each.path == "/eva"])) == [
        f"{SITE}/it-vpn",
        f"{SITE}/plants",
    ]


def test_a_user_is_told_as_the_trusted_back_end_said_who_it_is(company: Company) -> None:
    authorization = {"authorization": f"Bearer {company.keys['chat']}"}
    headers = {"x-on-behalf-of": "ann", "x-groups": '["board"]', **authorization}
    body = {"name": "secrets", "query": "merger", "webhook": company.hook.url("/ann")}
    assert company.client.post("/v1/saved-searches", json=body, headers=headers).status_code == 201
    company.say("merger", "The merger is planned.", allow=("group:board",))
    assert urls(company.told("ann")) == [f"{SITE}/merger"]


def test_who_lost_the_right_meanwhile_is_told_nothing(company: Company) -> None:
    saved = company.save("raise", who="bob")
    name = company.say("raise", "A raise for everyone.")
    with company.answering(503):
        assert len(company.told("bob")) == 1
    company.library.give_access(name, ["group:board"])
    company.hurry()
    assert company.told("bob") == []
    assert company.paused(saved["id"], "bob") is None


def test_what_was_not_taken_is_sent_again_and_given_up_in_the_end(company: Company) -> None:
    saved = company.save("printer")
    company.say("printer", "The printer is on the third floor.")
    sent = []
    with company.answering(500):
        for _ in range(MOST_TRIES + 1):
            sent += company.told()
            company.hurry()
    assert len(sent) == MOST_TRIES
    assert len({each.headers["webhook-id"] for each in sent}) == 1
    assert company.paused(saved["id"]) == "after 8 tries its webhook answered 500"


def test_pauses_between_tries_grow() -> None:
    pauses = [pause_after(tries).total_seconds() for tries in range(1, MOST_TRIES)]
    assert pauses == [10, 40, 160, 640, 2_560, 10_240, LONGEST_PAUSE.total_seconds()]


def test_a_revoked_key_is_told_nothing_any_more(company: Company) -> None:
    company.save("umbrella", who="bob")
    company.save("parasol", who="bob")
    company.say("umbrella", "An umbrella stands at the door.")
    with company.answering(503):
        company.told("bob")
    with company.library.catalog.write() as connection:
        revoke_key(connection, "bob")
    company.say("parasol", "A parasol stands beside it.")
    company.hurry()
    assert company.told("bob") == []


def test_a_webhook_is_told_only_while_its_origin_is_allowed(company: Company) -> None:
    saved = company.save("lamp")
    company.say("lamp", "A lamp for the desk.")
    file = company.library.folder / "connectors.yaml"
    file.write_text(file.read_text().replace(str(company.hook.port), "1"))
    assert company.told() == []
    assert "is no longer among the origins" in company.paused(saved["id"])


def test_a_redirect_is_not_followed_and_a_webhook_that_is_gone_is_left(company: Company) -> None:
    saved = company.save("stapler")
    company.say("stapler", "The red stapler is back.")
    with company.answering(302):
        assert len(company.told()) == 1
    company.hurry()
    with company.answering(410):
        assert len(company.told()) == 1
    assert "/elsewhere" not in [each.path for each in company.hook.told]
    assert company.paused(saved["id"]) == "its webhook answered 410: it is gone"


def test_a_caller_sees_and_deletes_what_is_theirs(company: Company) -> None:
    saved = company.save("chairs")
    assert saved["id"] in company.ask("GET").text
    assert saved["id"] not in company.ask("GET", who="bob").text
    assert company.ask("DELETE", f"/{saved['id']}", who="bob").status_code == 404
    assert company.ask("DELETE", f"/{saved['id']}").status_code == 204
    assert company.ask("DELETE", f"/{saved['id']}").status_code == 404
    assert company.client.get("/v1/saved-searches").status_code == 401
    assert company.client.post("/v1/saved-searches", json={}).status_code == 401


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"webhook": "http://169.254.169.254/latest/meta-data"}, "webhook", "is not among the origins"),
        ({"webhook": "https://127.0.0.1:PORT/"}, "webhook", "is not among the origins"),
        ({"webhook": "http://127.0.0.1:PORT@evil.example/"}, "webhook", "password"),
        ({"webhook": "file:///etc/passwd"}, "webhook", "must be"),
        ({"webhook": ""}, "webhook", "must be"),
        ({"name": " "}, "name", "must not be blank"),
        ({"name": "a\x00b"}, "name", "control character"),
        ({"name": "x" * 201}, "name", "is 201 characters long; at most 200"),
        ({"query": " "}, "query", "must not be blank without a filter"),
        ({"query": "x" * 1_001}, "query", "at most 1,000 can be asked"),
        ({"filter": {"field": "nope", "eq": 1}}, "filter.field", "there is no such field"),
        ({"sort": "title"}, "sort", "there is no such field"),
    ],
)
def test_what_cannot_be_watched_is_refused_with_the_field(
    company: Company, change: dict[str, str], field: str, said: str
) -> None:
    body: dict[str, Any] = {"name": "x", "query": "x", "webhook": company.hook.url()} | change
    body["webhook"] = body["webhook"].replace("PORT", str(company.hook.port))
    answer = company.ask("POST", json=body)
    assert answer.status_code == 422, answer.text
    errors = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert said in errors[field]
