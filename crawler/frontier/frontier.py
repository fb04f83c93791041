"""The frontier: which URL may be fetched now, over all hosts and connectors of a sync.

It never sleeps and does no I/O. Asked for the next step it answers with a task, with the time at which to
ask again, or that it has nothing; what the ledger has to be asked for it names in `take_refills`. The heap
of hosts by their next start is the scheme of Mercator (Heydon & Najork, 1999): one queue per host, so that
waiting for one host never keeps another from being asked.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Final

from catalog.task import FetchTask
from crawler.frontier.host import Host, Turn
from crawler.frontier.lane import Lane
from crawler.frontier.pace import Pace

WINDOW: Final = 100
"""How many URLs of a lane wait in memory; more of them stay in the ledger."""

PUT_OFF_SECONDS: Final = 0.05
"""Until a task that has to wait for others is offered again."""

_ticket = count()


@dataclass(frozen=True, slots=True)
class RobotsTask:
    """The origin's robots.txt has to be read before any URL there; its host waits for `Frontier.open`."""

    origin: str
    host: str
    connector_id: int


@dataclass(frozen=True, slots=True)
class TurnTask:
    """Other processes may crawl the host: nothing is asked there before `Frontier.begin_turn`."""

    host: str
    connector_id: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing may start before `until` (seconds of the caller's monotonic clock)."""

    until: float


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing waits in memory: something in flight, a refill or a commit has to come first, if anything."""


Step = FetchTask | RobotsTask | TurnTask | Wait | Idle
_IDLE: Final = Idle()


class Frontier:
    """Per-host queues over the ledger.

    `pace_of` gives a connector's wish for a host as (interval in seconds, concurrency); `needs_robots` names
    the origin whose robots.txt must be read before a task, or None when it is known or not wanted. With
    `takes_turns` a host is only asked while it is this process's turn there, else always.
    """

    def __init__(
        self,
        pace_of: Callable[[int, str], tuple[float, int]],
        needs_robots: Callable[[FetchTask], str | None],
        *,
        window: int = WINDOW,
        takes_turns: bool = False,
    ) -> None:
        self._first_turn = Turn.OTHERS if takes_turns else Turn.OURS
        self._pace_of = pace_of
        self._needs_robots = needs_robots
        self._window = window
        self._hosts: dict[str, Host] = {}
        self._lanes: dict[tuple[int, str], Lane] = {}
        self._heap: list[tuple[float, int, Host]] = []
        self._refills: list[Lane] = []
        self._closed: set[int] = set()

    def add(self, tasks: Iterable[FetchTask]) -> None:
        """Take URLs that the ledger now holds as queued."""
        touched: dict[str, None] = {}  # in order: who was found first is asked first
        for task in tasks:
            self._lane(task.connector_id, task.host).add(task, self._window)
            touched[task.host] = None
        for host in touched:
            self._schedule(self._hosts[host])

    def claim(self, task: FetchTask) -> bool:
        """Take over a URL that the ledger holds as queued, until it is settled: nobody else is to ask for it.

        False where the frontier itself has it already, and will ask for it.
        """
        return self._lane(task.connector_id, task.host).claim(task.url_id)

    def add_backlog(self, connector_id: int, hosts: Iterable[str]) -> None:
        """Note that the ledger holds queued URLs on these hosts, as after an interruption."""
        for host in hosts:
            lane = self._lane(connector_id, host)
            lane.backlog = True
            self._want_refill(lane)

    def next(self, now: float) -> Step:
        """What may start now. A task returned is in flight until `finish`, `retry` or `pass_over`."""
        while self._heap:
            time, _, host = self._heap[0]
            if time != host.scheduled:
                heapq.heappop(self._heap)
                continue
            if time > now:
                return Wait(time)
            heapq.heappop(self._heap)
            host.scheduled = None
            ready_at = host.ready_at()  # a pause or a slower pace may have come since it was scheduled
            taken = host.take(now) if ready_at is not None and ready_at <= now else None
            if taken is None:
                self._schedule(host)
                continue
            return self._start(host, *taken, now)
        return _IDLE

    def begun(self, task: FetchTask, now: float) -> None:
        """The request of a task leaves now."""
        self._hosts[task.host].pace.begun(now)

    def finish(self, task: FetchTask) -> None:
        """The request of a task ended; its verdict is on the way to the ledger."""
        host = self._hosts[task.host]
        host.pace.finish()
        host.in_browser.discard(task.url_id)
        self._schedule(host)

    def in_browser(self, task: FetchTask) -> None:
        """The answer to a task is here, and its page, in a browser, asks for more until `finish`."""
        self._hosts[task.host].in_browser.add(task.url_id)

    def reserve(self, connector_id: int, host_name: str, now: float) -> float:
        """When a request that is no URL of the frontier may leave: a canary's, one that a page makes.

        The host's pace counts it. The host may be one that no URL of the frontier is on.
        """
        host = self._lane_host(connector_id, host_name)
        start = host.pace.reserve(now)
        self._schedule(host)
        return start

    def release(self, task: FetchTask) -> None:
        """A task that was finished came to nothing; the ledger keeps it queued for the next run."""
        self._lane(task.connector_id, task.host).settle(task.url_id)

    def again(self, task: FetchTask, until: float) -> None:
        """A task that was finished did not count: ask for it once more, not before `until`."""
        self._lane(task.connector_id, task.host).delay(task, until)
        self._schedule(self._hosts[task.host])

    def pass_over(self, task: FetchTask, now: float) -> None:
        """A task turned out to need no request."""
        host = self._hosts[task.host]
        host.pace.take_back(now)
        self._schedule(host)

    def put_off(self, task: FetchTask, now: float) -> None:
        """A task has to wait for what is under way; nothing was asked."""
        self.pass_over(task, now)
        self.again(task, now + PUT_OFF_SECONDS)

    def abandon(self, task: FetchTask, now: float) -> None:
        """A task will not be asked for in this sync; the ledger keeps it queued."""
        self.pass_over(task, now)
        self._lane(task.connector_id, task.host).settle(task.url_id)

    def retry(self, task: FetchTask, until: float) -> None:
        """The request of a task ended; ask again, not before `until`."""
        host = self._hosts[task.host]
        host.pace.finish()
        self._lane(task.connector_id, task.host).delay(task, until)
        self._schedule(host)

    def pause(self, host_name: str, until: float) -> None:
        """Leave a host alone until then."""
        self._hosts[host_name].pace.pause(until)
        self._schedule(self._hosts[host_name])

    def open(self, robots: RobotsTask, interval: float = 0.0) -> None:
        """The robots.txt that a host waited for was dealt with; `interval` is its `Crawl-delay`."""
        host = self._hosts[robots.host]
        host.pace.finish()
        host.pace.tighten(interval, host.pace.concurrency)
        host.closed = False
        self._schedule(host)

    def is_ours(self, connector_id: int, host_name: str) -> bool:
        """Whether it is this process's turn at a host, which may be one that no URL of the frontier is on."""
        return self._lane_host(connector_id, host_name).is_ours

    def begin_turn(self, host_name: str, start: float, interval: float, concurrency: int) -> None:
        """It is this process's turn at a host, from `start` on, at the strictest pace wished for."""
        host = self._hosts[host_name]
        host.begin_turn(start, interval, concurrency)
        self._schedule(host)

    def tighten(self, host_name: str, interval: float, concurrency: int) -> None:
        """Another process wishes a host to be asked so gently."""
        self._hosts[host_name].pace.tighten(interval, concurrency)

    def end_turn(self, host_name: str, since: float) -> bool:
        """Begin nothing more at a host, if this process's turn there began before `since`: else False."""
        host = self._hosts[host_name]
        if host.turn is not Turn.OURS or host.turn_since > since:
            return False
        host.turn = Turn.ENDING
        return True

    def is_at_rest(self, host_name: str) -> bool:
        """Whether no request to a host is under way."""
        return self._hosts[host_name].is_at_rest

    def leave(self, host_name: str) -> float:
        """Give up the turn at a host: from when on another may ask it. Then comes `left`."""
        host = self._hosts[host_name]
        host.turn = Turn.CHANGING
        return host.pace.next_start

    def left(self, host_name: str) -> None:
        """It is the turn of others at a host; where URLs wait, a `TurnTask` asks for the next."""
        host = self._hosts[host_name]
        host.turn = Turn.OTHERS
        self._schedule(host)

    def turns(self) -> dict[str, float]:
        """The hosts at which it is this process's turn, with the time of their next request."""
        return {host.name: host.pace.next_start for host in self._hosts.values() if host.is_ours}

    def settle(self, connector_id: int, visited: Iterable[tuple[int, str]]) -> None:
        """The ledger has the verdicts of these URLs, each given by its id and host."""
        for url_id, host in visited:
            self._lane(connector_id, host).settle(url_id)

    def take_refills(self) -> tuple[Lane, ...]:
        """Lanes for which the ledger should be asked, once each, for `WINDOW` + `lane.claimed` URLs."""
        refills = tuple(self._refills)
        self._refills.clear()
        return refills

    def refill(self, lane: Lane, tasks: Iterable[FetchTask], *, exhausted: bool) -> None:
        """Take what the ledger answered for a lane."""
        lane.refill(tasks, exhausted=exhausted)
        self._want_refill(lane)
        self._schedule(self._hosts[lane.host])

    def close(self, connector_id: int) -> None:
        """Start nothing more of a connector: its limit is reached; the ledger keeps the rest queued."""
        self._closed.add(connector_id)
        for (owner, _), lane in self._lanes.items():
            if owner == connector_id:
                lane.close()

    def is_drained(self, connector_id: int) -> bool:
        """Whether nothing of the connector waits, is in flight, or lies in the ledger."""
        return all(lane.is_done for (owner, _), lane in self._lanes.items() if owner == connector_id)

    def _start(self, host: Host, lane: Lane, task: FetchTask, now: float) -> Step:
        if host.turn is Turn.OTHERS:
            lane.put_back(task)
            host.turn = Turn.CHANGING
            return TurnTask(host.name, task.connector_id)
        host.pace.start(now)
        origin = self._needs_robots(task)
        if origin is not None:
            lane.put_back(task)
            host.closed = True
            return RobotsTask(origin, host.name, task.connector_id)
        self._want_refill(lane)
        self._schedule(host)
        return task

    def _lane_host(self, connector_id: int, host_name: str) -> Host:
        self._lane(connector_id, host_name)
        return self._hosts[host_name]

    def _lane(self, connector_id: int, host_name: str) -> Lane:
        lane = self._lanes.get((connector_id, host_name))
        if lane is None:
            lane = self._lanes[connector_id, host_name] = Lane(connector_id, host_name)
            interval, concurrency = self._pace_of(connector_id, host_name)
            host = self._hosts.get(host_name)
            if host is None:
                host = self._hosts[host_name] = Host(host_name, Pace(interval, concurrency), self._first_turn)
            host.pace.tighten(interval, concurrency)
            host.lanes.append(lane)
            if connector_id in self._closed:
                lane.close()
        return lane

    def _want_refill(self, lane: Lane) -> None:
        if lane.start_refill(below=max(1, self._window // 4)):
            self._refills.append(lane)

    def _schedule(self, host: Host) -> None:
        if host.scheduled is not None and host.scheduled <= host.pace.next_start:
            return  # no request of it can start before that
        time = host.ready_at()
        if time is None or (host.scheduled is not None and host.scheduled <= time):
            return
        host.scheduled = time
        heapq.heappush(self._heap, (time, next(_ticket), host))
