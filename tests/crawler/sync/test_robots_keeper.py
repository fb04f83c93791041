"""What an origin's robots.txt comes to, and how long we wait for it. Time is faked."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from catalog.canonical_url import WebAddress, parse_url
from catalog.vocabulary import ALLOWED, Decision, Reason, refused
from crawler.fetch.robots_answer import RobotsAnswer
from crawler.sync import robots_keeper
from crawler.sync.robots_keeper import RobotsKeeper

ORIGIN = "https://wiki.test"
RULES = RobotsAnswer(200, b"User-agent: *\nDisallow: /private/\nCrawl-delay: 3\n")
SERVER_ERROR = RobotsAnswer(500)
SILENT = RobotsAnswer(None, failure=Reason.TIMEOUT, detail="no answer in 10 s")


class Asking:
    """Plays a server: gives its answers in turn, the last one for ever; notes what was said and slept."""

    def __init__(self, answers: Sequence[RobotsAnswer], kept: RobotsAnswer | None = None) -> None:
        self.answers = list(answers)
        self.kept = kept
        self.asked = 0
        self.said: list[str] = []
        self.slept: list[float] = []
        self.keeper = RobotsKeeper("sitelore")

    async def fetch(self, origin: str) -> RobotsAnswer:
        assert origin == ORIGIN
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    async def recall(self, _origin: str) -> RobotsAnswer | None:
        return self.kept

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def decide(self, path: str) -> Decision:
        address = parse_url(ORIGIN + path)
        assert isinstance(address, WebAddress)
        return self.keeper.decide(address)


async def read(
    monkeypatch: pytest.MonkeyPatch, *answers: RobotsAnswer, kept: RobotsAnswer | None = None
) -> Asking:
    asking = Asking(answers, kept)
    monkeypatch.setattr("crawler.sync.robots_keeper.asyncio.sleep", asking.sleep)
    await asking.keeper.read(ORIGIN, asking.fetch, asking.recall, asking.said.append)
    return asking


async def test_rules_are_read_once_and_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    asking = await read(monkeypatch, RULES)
    assert asking.decide("/open") == ALLOWED
    assert asking.decide("/private/x") == refused(Reason.ROBOTS_DISALLOWED, "robots.txt: Disallow: /private/")
    assert (asking.asked, asking.slept, asking.said) == (1, [], [])


async def test_an_origin_is_unknown_until_it_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asking = await read(monkeypatch, RULES)
    assert asking.keeper.knows(ORIGIN)
    assert not asking.keeper.knows("https://other.test")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
async def test_a_4xx_allows_all(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    asking = await read(monkeypatch, RobotsAnswer(status))
    assert asking.decide("/private/x") == ALLOWED
    assert asking.asked == 1


async def test_a_5xx_is_waited_for_and_then_closes_the_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    asking = await read(monkeypatch, SERVER_ERROR)
    assert asking.asked == robots_keeper.ATTEMPTS == 3
    assert len(asking.slept) == 2
    assert asking.decide("/open") == refused(Reason.ROBOTS_UNREACHABLE, "robots.txt answered 500")
    assert asking.said[0].startswith("https://wiki.test/robots.txt: robots.txt answered 500; asking again in")


async def test_an_answer_that_comes_late_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    asking = await read(monkeypatch, SERVER_ERROR, SILENT, RULES)
    assert asking.decide("/open") == ALLOWED
    assert asking.asked == 3


async def test_the_server_says_how_long_to_wait_up_to_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    asking = await read(
        monkeypatch, RobotsAnswer(503, retry_after=7), RobotsAnswer(503, retry_after=3600), RULES
    )
    assert asking.slept == [7, robots_keeper.LONGEST_WAIT]


async def test_no_answer_at_all_closes_the_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    asking = await read(monkeypatch, SILENT)
    assert asking.decide("/open") == refused(Reason.ROBOTS_UNREACHABLE, "no answer in 10 s")


@pytest.mark.parametrize("reason", [Reason.DNS_FAILED, Reason.CONNECTION_FAILED])
async def test_a_host_that_cannot_be_reached_keeps_its_reason(
    monkeypatch: pytest.MonkeyPatch, reason: Reason
) -> None:
    asking = await read(monkeypatch, RobotsAnswer(None, failure=reason, detail="seen"))
    assert asking.decide("/") == refused(reason, "seen")
    assert asking.asked == 3


@pytest.mark.parametrize("reason", [Reason.TLS_FAILED, Reason.FORBIDDEN_ADDRESS])
async def test_what_waiting_will_not_mend_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, reason: Reason
) -> None:
    asking = await read(monkeypatch, RobotsAnswer(None, failure=reason, detail="seen"))
    assert asking.decide("/") == refused(reason, "seen")
    assert (asking.asked, asking.slept) == (1, [])


async def test_an_answer_that_says_it_is_final_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = RobotsAnswer(None, failure=Reason.PROXY_FAILED, detail="the proxy is down", is_final=True)
    asking = await read(monkeypatch, lost)
    assert asking.decide("/") == refused(Reason.PROXY_FAILED, "the proxy is down")
    assert (asking.asked, asking.slept) == (1, [])


async def test_the_copy_of_the_last_day_holds_while_the_server_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    asking = await read(monkeypatch, SERVER_ERROR, kept=RULES)
    assert asking.decide("/open") == ALLOWED
    assert not asking.decide("/private/x").allowed
    assert asking.said[-1].endswith("its copy of the last day holds")


async def test_a_crawl_delay_is_honoured_up_to_a_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await read(monkeypatch, RULES)).keeper.interval(ORIGIN) == 3.0
    days = RobotsAnswer(200, b"User-agent: *\nCrawl-delay: 86400\n")
    assert (await read(monkeypatch, days)).keeper.interval(ORIGIN) == robots_keeper.LONGEST_CRAWL_DELAY
    assert (await read(monkeypatch, RobotsAnswer(404))).keeper.interval(ORIGIN) == 0.0
