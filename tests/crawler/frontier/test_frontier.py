"""The frontier decides whose turn it is; time is given by the tests."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.document import url_key
from catalog.task import FetchTask
from crawler.frontier.frontier import Frontier, Idle, RobotsTask, TurnTask, Wait
from crawler.frontier.pace import JITTER_SECONDS

CONNECTOR = 7


def task(url_id: int, host: str = "a.example", connector_id: int = CONNECTOR) -> FetchTask:
    url = f"https://{host}/{url_id}"
    return FetchTask(url_id, url_key("c", url), url, host, 1, connector_id=connector_id)


def frontier(interval: float = 0.0, concurrency: int = 4, window: int = 100) -> Frontier:
    return Frontier(lambda _connector, _host: (interval, concurrency), lambda _task: None, window=window)


def test_an_empty_frontier_is_idle_and_drained() -> None:
    empty = frontier()
    assert isinstance(empty.next(0.0), Idle)
    assert empty.is_drained(CONNECTOR)


def test_two_requests_to_one_host_are_an_interval_apart() -> None:
    polite = frontier(interval=0.2)
    polite.add([task(1), task(2)])
    assert polite.next(10.0) == task(1)
    assert polite.next(10.0) == Wait(10.2)
    assert polite.next(10.2) == task(2)


def test_the_interval_counts_from_when_a_request_really_left() -> None:
    polite = frontier(interval=0.2)
    polite.add([task(1), task(2)])
    assert polite.next(10.0) == task(1)
    polite.begun(task(1), 10.05)
    assert polite.next(10.2) == Wait(10.05 + 0.2 + JITTER_SECONDS)


def test_what_a_page_asks_for_takes_turns_with_the_urls_of_its_host() -> None:
    polite = frontier(interval=0.25)
    polite.add([task(1), task(2)])
    assert polite.next(10.0) == task(1)
    assert polite.reserve(CONNECTOR, "a.example", 10.0) == 10.25
    assert polite.reserve(CONNECTOR, "a.example", 10.0) == 10.5
    assert polite.next(10.25) == Wait(10.75)
    assert polite.next(10.75) == task(2)


def test_what_a_page_asks_of_another_host_has_that_hosts_pace() -> None:
    polite = frontier(interval=0.25)
    polite.add([task(1)])
    assert polite.next(10.0) == task(1)
    assert polite.reserve(CONNECTOR, "cdn.example", 10.0) == 10.0
    assert polite.reserve(CONNECTOR, "cdn.example", 10.0) == 10.25
    assert polite.is_drained(CONNECTOR) is False  # the task is under way; the other host holds nothing up


def test_waiting_for_one_host_does_not_hold_up_another() -> None:
    polite = frontier(interval=5.0)
    polite.add([task(1), task(2), task(3, host="b.example")])
    assert polite.next(0.0) == task(1)
    assert polite.next(0.0) == task(3, host="b.example")
    assert polite.next(0.0) == Wait(5.0)


def test_no_more_requests_at_a_time_than_the_host_allows() -> None:
    narrow = frontier(concurrency=2)
    narrow.add([task(1), task(2), task(3)])
    assert narrow.next(0.0) == task(1)
    assert narrow.next(0.0) == task(2)
    assert isinstance(narrow.next(0.0), Idle)
    narrow.finish(task(1))
    assert narrow.next(0.0) == task(3)


def test_two_connectors_on_one_host_share_its_pace_and_the_stricter_wins() -> None:
    paces = {1: (0.1, 4), 2: (1.0, 1)}
    shared = Frontier(lambda connector, _host: paces[connector], lambda _task: None)
    shared.add([task(1, connector_id=1), task(2, connector_id=2)])
    first = shared.next(0.0)
    assert first == task(1, connector_id=1)
    assert isinstance(shared.next(0.5), Idle), "the second connector allows one request at a time"
    assert isinstance(first, FetchTask)
    shared.finish(first)
    assert shared.next(0.5) == Wait(1.0)
    assert shared.next(1.0) == task(2, connector_id=2)


def test_robots_are_read_before_the_first_url_of_an_origin_and_hold_up_their_host_alone() -> None:
    known: set[str] = set()

    def needs_robots(wanted: FetchTask) -> str | None:
        origin = wanted.url.rsplit("/", 1)[0]
        return None if origin in known else origin

    careful = Frontier(lambda _connector, _host: (0.0, 4), needs_robots)
    careful.add([task(1), task(2), task(3, host="b.example")])
    robots = careful.next(0.0)
    assert robots == RobotsTask("https://a.example", "a.example", CONNECTOR)
    assert careful.next(0.0) == RobotsTask("https://b.example", "b.example", CONNECTOR)
    assert isinstance(careful.next(0.0), Idle)
    known.add("https://a.example")
    assert isinstance(robots, RobotsTask)
    careful.open(robots, interval=2.0)
    assert careful.next(1.0) == Wait(2.0), "a Crawl-delay counts from the request for robots.txt"
    assert careful.next(2.0) == task(1)
    assert careful.next(2.0) == Wait(4.0)


def test_a_retry_waits_for_its_time_while_others_go_on() -> None:
    retrying = frontier()
    retrying.add([task(1), task(2)])
    assert retrying.next(0.0) == task(1)
    retrying.retry(task(1), until=3.0)
    assert retrying.next(0.0) == task(2)
    retrying.finish(task(2))
    assert retrying.next(0.0) == Wait(3.0)
    assert retrying.next(3.0) == task(1)


def test_a_paused_host_is_left_alone_until_then() -> None:
    paused = frontier()
    paused.add([task(1), task(2)])
    assert paused.next(0.0) == task(1)
    paused.pause("a.example", until=60.0)
    assert paused.next(1.0) == Wait(60.0)
    assert paused.next(60.0) == task(2)


def test_what_needs_no_request_does_not_use_up_the_pace() -> None:
    polite = frontier(interval=1.0)
    polite.add([task(1), task(2)])
    assert polite.next(0.0) == task(1)
    polite.pass_over(task(1), 0.0)
    assert polite.next(0.0) == task(2)


def test_what_is_put_off_comes_after_the_others_and_uses_up_no_pace() -> None:
    polite = frontier(interval=1.0)
    polite.add([task(1), task(2)])
    assert polite.next(0.0) == task(1)
    polite.put_off(task(1), 0.0)
    assert polite.next(0.0) == task(2)
    assert polite.next(1.0) == task(1)


def test_a_settled_frontier_is_drained_and_one_with_a_visit_under_way_is_not() -> None:
    one = frontier()
    one.add([task(1)])
    assert one.next(0.0) == task(1)
    one.finish(task(1))
    assert not one.is_drained(CONNECTOR), "the ledger does not have its verdict yet"
    one.settle(CONNECTOR, [(1, "a.example")])
    assert one.is_drained(CONNECTOR)


def test_a_closed_connector_starts_nothing_more() -> None:
    closing = frontier()
    closing.add([task(1), task(2)])
    closing.close(CONNECTOR)
    closing.add([task(3)])
    assert isinstance(closing.next(0.0), Idle)
    assert closing.is_drained(CONNECTOR)


def test_a_retry_of_a_closed_connector_is_left_to_the_ledger() -> None:
    closing = frontier()
    closing.add([task(1)])
    assert closing.next(0.0) == task(1)
    closing.close(CONNECTOR)
    closing.retry(task(1), until=5.0)
    assert isinstance(closing.next(5.0), Idle)
    assert closing.is_drained(CONNECTOR)


def test_beyond_the_window_urls_stay_in_the_ledger_until_they_are_asked_for() -> None:
    small = frontier(window=4)
    small.add([task(number) for number in range(10)])
    lanes = small.take_refills()
    assert lanes == (), "four wait in memory: enough for now"
    for number in range(4):
        assert small.next(0.0) == task(number)
        small.finish(task(number))
    (lane,) = small.take_refills()
    assert lane.claimed == 4
    small.refill(lane, [task(number) for number in range(10)], exhausted=True)
    assert small.next(0.0) == task(4), "claimed URLs are passed over"


def test_a_url_that_is_dealt_with_elsewhere_is_passed_over_until_it_is_settled() -> None:
    small = frontier(window=4)
    small.add_backlog(CONNECTOR, ["a.example"])
    (lane,) = small.take_refills()
    assert small.claim(task(1))
    small.refill(lane, [task(1), task(2)], exhausted=True)
    assert small.next(0.0) == task(2)
    assert not small.is_drained(CONNECTOR)
    small.finish(task(2))
    small.settle(CONNECTOR, [(1, "a.example"), (2, "a.example")])
    assert small.is_drained(CONNECTOR)


def test_a_url_that_a_refill_brought_first_cannot_be_claimed() -> None:
    small = frontier(window=4)
    small.add_backlog(CONNECTOR, ["a.example"])
    (lane,) = small.take_refills()
    small.refill(lane, [task(1)], exhausted=True)
    assert not small.claim(task(1)), "the frontier asks for it"
    assert small.next(0.0) == task(1)


def test_a_verdict_that_arrives_while_a_refill_is_read_is_not_asked_for_again() -> None:
    small = frontier(window=4)
    small.add([task(number) for number in range(5)])
    for number in range(4):
        small.next(0.0)
        small.finish(task(number))
    (lane,) = small.take_refills()
    read_before_the_commit = [task(number) for number in range(5)]
    small.settle(CONNECTOR, [(0, "a.example")])
    small.refill(lane, read_before_the_commit, exhausted=True)
    assert small.next(0.0) == task(4)
    assert isinstance(small.next(0.0), Idle)


def test_a_url_queued_while_a_refill_is_read_is_not_lost() -> None:
    small = frontier(window=4)
    small.add([task(number) for number in range(5)])
    for number in range(4):
        small.next(0.0)
        small.finish(task(number))
    (lane,) = small.take_refills()
    small.add([task(5)])  # committed after the refill was read
    small.refill(lane, [task(4)], exhausted=True)
    assert small.next(0.0) == task(4)
    (again,) = small.take_refills()
    small.refill(again, [task(4), task(5)], exhausted=True)
    assert small.next(0.0) == task(5)


@dataclass
class Ledger:
    """A stand-in for the ledger's frontier: what is queued, in order of discovery."""

    queued: dict[int, FetchTask] = field(default_factory=dict)

    def window(self, host: str, limit: int) -> list[FetchTask]:
        return [each for each in self.queued.values() if each.host == host][:limit]


@settings(deadline=None)
@given(st.data())
def test_every_queued_url_is_given_out_exactly_once_whatever_the_timing(data: st.DataObject) -> None:
    window = data.draw(st.integers(1, 5))
    ledger = Ledger()
    small = Frontier(lambda _connector, _host: (0.0, 2), lambda _task: None, window=window)
    to_discover = [task(number, host=f"h{number % 3}") for number in range(data.draw(st.integers(0, 40)))]
    given_out: Counter[int] = Counter()
    in_flight: list[FetchTask] = []
    uncommitted: list[FetchTask] = []
    refills = []  # answers of the ledger that have not arrived yet
    for _ in range(300):
        action = data.draw(st.sampled_from(["discover", "next", "finish", "commit", "ask", "answer"]))
        if action == "discover" and to_discover:
            found = to_discover.pop()
            ledger.queued[found.url_id] = found
            small.add([found])
        elif action == "next":
            step = small.next(0.0)
            if isinstance(step, FetchTask):
                given_out[step.url_id] += 1
                in_flight.append(step)
        elif action == "finish" and in_flight:
            ended = in_flight.pop(0)
            small.finish(ended)
            uncommitted.append(ended)
        elif action == "commit" and uncommitted:
            visited = uncommitted.pop(0)
            del ledger.queued[visited.url_id]
            small.settle(CONNECTOR, [(visited.url_id, visited.host)])
        elif action == "ask":
            for lane in small.take_refills():
                limit = window + lane.claimed
                answer = ledger.window(lane.host, limit)
                refills.append((lane, answer, len(answer) < limit))
        elif action == "answer" and refills:
            lane, answer, exhausted = refills.pop(0)
            small.refill(lane, answer, exhausted=exhausted)
        if not (to_discover or ledger.queued or refills) and small.is_drained(CONNECTOR):
            break
    assert all(times == 1 for times in given_out.values()), "nothing is fetched twice"
    if not (to_discover or in_flight or uncommitted or refills) and small.is_drained(CONNECTOR):
        assert not ledger.queued, "nothing queued is forgotten"


def sharing(interval: float = 0.0) -> Frontier:
    """A frontier beside those of other processes."""
    return Frontier(lambda _connector, _host: (interval, 4), lambda _task: None, takes_turns=True)


def test_where_others_may_crawl_a_host_its_turn_is_asked_for_once_before_anything_else() -> None:
    shared = sharing()
    shared.add([task(1), task(2), task(3, "b.example")])
    assert shared.next(0.0) == TurnTask("a.example", CONNECTOR)
    assert shared.next(0.0) == TurnTask("b.example", CONNECTOR)
    assert isinstance(shared.next(0.0), Idle)
    assert not shared.is_drained(CONNECTOR)
    shared.begin_turn("a.example", 0.0, 0.0, 4)
    assert [shared.next(0.0), shared.next(0.0)] == [task(1), task(2)]


def test_a_turn_begins_when_the_host_has_rested_and_has_the_pace_of_the_strictest() -> None:
    shared = sharing(interval=0.2)
    shared.add([task(1), task(2)])
    shared.next(10.0)
    shared.begin_turn("a.example", 10.5, 2.0, 1)
    assert shared.next(10.0) == Wait(10.5)
    assert shared.next(10.5) == task(1)
    shared.finish(task(1))
    assert shared.next(10.5) == Wait(12.5)


def test_a_turn_that_another_wants_ends_when_its_requests_have_and_is_asked_for_again() -> None:
    shared = sharing(interval=0.5)
    shared.add([task(1), task(2), task(3)])
    shared.next(10.0)
    shared.begin_turn("a.example", 10.0, 0.5, 4)
    assert shared.next(10.0) == task(1)
    assert shared.end_turn("a.example", since=9.0) is False, "it has just begun"
    assert shared.end_turn("a.example", since=10.0) is True
    assert isinstance(shared.next(11.0), Idle)
    assert not shared.is_at_rest("a.example")
    shared.finish(task(1))
    assert shared.is_at_rest("a.example")
    assert shared.leave("a.example") == 10.5
    assert isinstance(shared.next(11.0), Idle)
    shared.left("a.example")
    assert shared.next(11.0) == TurnTask("a.example", CONNECTOR)
    shared.begin_turn("a.example", 12.0, 0.5, 4)
    assert shared.next(12.0) == task(2)


def test_a_page_in_a_browser_does_not_prolong_a_turn_and_may_ask_until_it_ends() -> None:
    shared = sharing()
    shared.add([task(1)])
    shared.next(0.0)
    shared.begin_turn("a.example", 0.0, 0.0, 4)
    shared.next(0.0)
    shared.in_browser(task(1))
    assert shared.end_turn("a.example", since=0.0)
    assert shared.is_at_rest("a.example")
    assert shared.is_ours(CONNECTOR, "a.example")
    shared.leave("a.example")
    assert not shared.is_ours(CONNECTOR, "a.example")
    shared.left("a.example")
    shared.finish(task(1))
    assert shared.turns() == {}
