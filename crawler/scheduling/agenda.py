"""What is due when, what waits, what runs: decided from the clock and the settings alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from crawler.scheduling.job import Cause, Job, Reach
from settings.configuration import Settings
from settings.cron_times import next_time

MOST_AT_ONCE: Final = 4
"""Syncs side by side: each has up to 64 requests under way, a browser and an indexer."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A time that came while the connector's sync was not over."""

    connector: str
    running: bool
    following: datetime | None


class Agenda:
    """Keeps the next time of each connector, the jobs that wait, in their order, and those that run."""

    def __init__(self, most_at_once: int = MOST_AT_ONCE) -> None:
        self.following: dict[str, datetime | None] = {}
        self.waiting: list[Job] = []
        self.running: dict[str, Job] = {}
        self._most = most_at_once
        self._plans: dict[str, tuple[str, str]] = {}
        self._reaches: dict[str, Reach] = {}

    def configure(self, settings: Settings, last: Mapping[str, datetime], now: datetime) -> None:
        """Take the schedules of the settings. `last` has when each connector ran or was first seen: a time
        between that and now was missed, and is due at once; those that are known already are not asked."""
        plans = {
            each.name: (each.sync.schedule, each.sync.timezone)
            for each in settings.connectors
            if each.sync.schedule is not None
        }
        self._reaches = {each.name: Reach.of(each) for each in settings.connectors}
        self.following = {
            name: self.following[name]
            if self._plans.get(name) == plan
            # An edited schedule counts from now on: its times before were no promise.
            else next_time(*plan, now if name in self._plans else last.get(name, now))
            for name, plan in plans.items()
        }
        self._plans = plans
        self.waiting = [job for job in self.waiting if job.connector in self._reaches]

    def take_due(self, now: datetime, late: float = 60.0) -> tuple[list[Job], list[Skipped]]:
        """Let what is due wait for its turn, once however many of its times have passed; what is not over yet
        is skipped. A time that lies more than `late` seconds back was missed."""
        jobs, skipped = [], []
        for name, due in self.following.items():
            if due is None or due > now:
                continue
            self.following[name] = next_time(*self._plans[name], now)
            if self.is_busy(name):
                skipped.append(Skipped(name, name in self.running, self.following[name]))
                continue
            cause = Cause.MISSED if (now - due).total_seconds() > late else Cause.SCHEDULE
            jobs.append(Job(name, cause))
            self.waiting.append(jobs[-1])
        return jobs, skipped

    def is_busy(self, connector: str) -> bool:
        """Whether its sync runs or waits for its turn."""
        return connector in self.running or any(job.connector == connector for job in self.waiting)

    def drop(self, connector: str | None) -> Job | None:
        """Take the job of a connector from those that wait."""
        for job in self.waiting:
            if job.connector == connector:
                self.waiting.remove(job)
                return job
        return None

    def knows(self, connector: str) -> bool:
        """Whether the settings have it."""
        return connector in self._reaches

    def next_job(self) -> Job | None:
        """The first that may start now, taken from those that wait; the caller starts it."""
        if len(self.running) >= self._most:
            return None
        for job in self.waiting:
            if self.obstacle(job) is None:
                self.waiting.remove(job)
                return job
        return None

    def obstacle(self, job: Job) -> str | None:
        """The running connector whose end a job has to wait for, if any."""
        reach = self._reaches[job.connector]
        for name in self.running:
            if name == job.connector or reach.meets(self._reaches.get(name, Reach(None))):
                return name
        return None
