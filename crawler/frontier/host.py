"""One host of the frontier: its lanes, its pace, and whether it is this process's turn to ask it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

from catalog.task import FetchTask
from crawler.frontier.lane import Lane
from crawler.frontier.pace import Pace


class Turn(Enum):
    """Whose turn it is at a host: several processes may crawl it (`catalog.host_turns`)."""

    OTHERS = auto()
    CHANGING = auto()  # being asked for, or being given up
    OURS = auto()
    ENDING = auto()  # ours, but nothing more is begun


@dataclass(slots=True)
class Host:
    """`closed` while its robots.txt is read. `scheduled` is the time of its valid entry in the heap.

    `turn_since` is when the first request of our turn could leave, in the caller's monotonic seconds.
    """

    name: str
    pace: Pace
    turn: Turn
    turn_since: float = 0.0
    lanes: deque[Lane] = field(default_factory=deque)
    closed: bool = False
    scheduled: float | None = None
    in_browser: set[int] = field(default_factory=set)  # ids of URLs whose answer is here already

    @property
    def is_ours(self) -> bool:
        """Whether it may be asked for what a page under way needs."""
        return self.turn is Turn.OURS or self.turn is Turn.ENDING

    @property
    def is_at_rest(self) -> bool:
        """Whether no request is under way. What pages in a browser ask for takes turns, each by itself."""
        return self.pace.in_flight <= len(self.in_browser)

    def ready_at(self) -> float | None:
        """When its next request may start, or None while it has nothing to ask or may not ask."""
        if self.closed or not self.pace.has_room or self.turn is Turn.CHANGING or self.turn is Turn.ENDING:
            return None
        first: float | None = None
        for lane in self.lanes:
            time = lane.ready_at()
            if time is not None and (first is None or time < first):
                first = time
        return None if first is None else max(first, self.pace.next_start)

    def take(self, now: float) -> tuple[Lane, FetchTask] | None:
        """The next URL, the lanes taking turns."""
        for _ in range(len(self.lanes)):
            lane = self.lanes[0]
            self.lanes.rotate(-1)
            task = lane.take(now)
            if task is not None:
                return lane, task
        return None

    def begin_turn(self, start: float, interval: float, concurrency: int) -> None:
        """It is ours, from `start` on, at the strictest pace that somebody wants."""
        self.turn, self.turn_since = Turn.OURS, start
        self.pace.tighten(interval, concurrency)
        self.pace.pause(start)
