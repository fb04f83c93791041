"""The frontier and its ledger under anything that may happen: retries, pauses, stops, kills, resumption."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from catalog.document import url_key
from catalog.task import FetchTask
from crawler.frontier.frontier import Frontier, Idle, Wait
from crawler.frontier.lane import Lane

CONNECTOR = 7
HOSTS = 3
CONCURRENCY = 2


def task(number: int) -> FetchTask:
    host = f"h{number % HOSTS}"
    url = f"https://{host}/{number}"
    return FetchTask(number, url_key("c", url), url, host, 1, connector_id=CONNECTOR)


class Crawling(RuleBasedStateMachine):
    """What the engine does with a frontier, in any order; the ledger is a dictionary of what is queued.

    At the end everything is carried on until the frontier says that it is drained: then nothing may be left.
    """

    def __init__(self) -> None:
        super().__init__()
        self.queued: dict[int, FetchTask] = {}
        self.visited: Counter[int] = Counter()
        self.found = 0
        self.now = 0.0
        self.closed = False

    @initialize(window=st.integers(1, 4))
    def begin(self, window: int) -> None:
        self.window = window
        self.start()

    def start(self) -> None:
        """A process begins: what an earlier one left is its backlog."""
        self.frontier = Frontier(
            lambda _connector, _host: (0.0, CONCURRENCY), lambda _task: None, window=self.window
        )
        self.in_flight: list[FetchTask] = []
        self.uncommitted: list[FetchTask] = []
        self.answers: list[tuple[Lane, list[FetchTask], bool]] = []
        self.closed = False
        self.frontier.add_backlog(CONNECTOR, sorted({each.host for each in self.queued.values()}))

    @rule(count=st.integers(1, 6))
    def discover(self, count: int) -> None:
        for number in range(self.found, self.found + count):
            self.queued[number] = task(number)
        self.frontier.add([task(number) for number in range(self.found, self.found + count)])
        self.found += count

    @rule()
    def take(self) -> None:
        match self.frontier.next(self.now):
            case FetchTask() as taken:
                assert not self.closed
                assert taken.url_id in self.queued, "what has its verdict is not asked for again"
                assert taken.url_id not in {each.url_id for each in (*self.in_flight, *self.uncommitted)}
                self.in_flight.append(taken)
            case Wait(until):
                self.now = until

    @rule(place=st.integers(0, 5))
    def finish(self, place: int) -> None:
        if self.in_flight:
            ended = self.in_flight.pop(place % len(self.in_flight))
            self.frontier.finish(ended)
            self.uncommitted.append(ended)

    @rule(place=st.integers(0, 5), seconds=st.floats(0, 100))
    def retry(self, place: int, seconds: float) -> None:
        if self.in_flight and self.in_flight[place % len(self.in_flight)].attempts < 3:
            failed = self.in_flight.pop(place % len(self.in_flight))
            self.frontier.retry(replace(failed, attempts=failed.attempts + 1), self.now + seconds)

    @rule(host=st.integers(0, HOSTS - 1), seconds=st.floats(0, 100))
    def pause(self, host: int, seconds: float) -> None:
        if any(each.host == f"h{host}" for each in self.in_flight):
            self.frontier.pause(f"h{host}", self.now + seconds)

    @rule(place=st.integers(0, 5))
    def pass_over(self, place: int) -> None:
        """A rule says no before any request: its verdict is on the way."""
        if self.in_flight:
            passed = self.in_flight.pop(place % len(self.in_flight))
            self.frontier.pass_over(passed, self.now)
            self.uncommitted.append(passed)

    @rule(place=st.integers(0, 5))
    def did_not_count(self, place: int) -> None:
        """The session was over when it was fetched: once more."""
        if self.uncommitted:
            discounted = self.uncommitted.pop(place % len(self.uncommitted))
            self.frontier.again(discounted, self.now)

    @rule()
    def commit(self) -> None:
        for visited in self.uncommitted:
            del self.queued[visited.url_id]
            self.visited[visited.url_id] += 1
        self.frontier.settle(CONNECTOR, [(each.url_id, each.host) for each in self.uncommitted])
        self.uncommitted.clear()

    @rule()
    def ask_the_ledger(self) -> None:
        for lane in self.frontier.take_refills():
            limit = self.window + lane.claimed
            waiting = [each for each in self.queued.values() if each.host == lane.host][:limit]
            self.answers.append((lane, waiting, len(waiting) < limit))

    @rule()
    def hear_the_ledger(self) -> None:
        if self.answers:
            lane, waiting, exhausted = self.answers.pop(0)
            self.frontier.refill(lane, waiting, exhausted=exhausted)

    @rule()
    def close(self) -> None:
        """A limit is reached: the rest stays queued for the next run."""
        self.frontier.close(CONNECTOR)
        self.closed = True

    @rule()
    def kill(self) -> None:
        """What was in flight or not committed is lost with the process."""
        self.start()

    @invariant()
    def every_url_waits_or_was_visited_once(self) -> None:
        assert all(times == 1 for times in self.visited.values())
        assert self.queued.keys() | self.visited.keys() == set(range(self.found))
        assert not self.queued.keys() & self.visited.keys()

    def teardown(self) -> None:
        if not hasattr(self, "frontier"):
            return
        if self.closed:
            self.start()
        for _ in range(20 * (self.found + 5)):
            self.ask_the_ledger()
            self.hear_the_ledger()
            self.take()
            self.finish(0)
            self.commit()
            if self.frontier.is_drained(CONNECTOR) and isinstance(self.frontier.next(self.now), Idle):
                break
        assert self.frontier.is_drained(CONNECTOR)
        assert not self.queued, "nothing queued is forgotten"
        assert set(self.visited) == set(range(self.found))


TestCrawling = Crawling.TestCase
TestCrawling.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
