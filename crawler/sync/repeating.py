"""What does not count the first time: failures that may pass, pages of a session that was over."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from catalog.task import FetchTask
from crawler.auth.keeper import Standing
from crawler.frontier.frontier import Frontier
from crawler.outcome import Failed, Outcome
from crawler.rules.retry import retry_delay, should_retry
from crawler.sync.connector_crawl import ConnectorCrawl, Phase
from crawler.sync.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Repeating:
    """Has pages asked for again by the frontier, or ends their connector's crawl.

    `say` takes (connector, sentence) for people who watch.
    """

    frontier: Frontier
    understanding: Understanding
    say: Callable[[str, str], None]

    def repeats(self, crawl: ConnectorCrawl, task: FetchTask, outcome: Outcome) -> bool:
        """Whether the page is asked for again later, its failure being one that may pass."""
        if not isinstance(outcome, Failed):
            crawl.health.answered(task.host)
            return False
        crawl.health.failed(task.host, outcome.reason, outcome.detail)
        attempts = task.attempts + 1
        if not should_retry(outcome.reason, attempts) or not crawl.health.decide(task.host).allowed:
            return False
        until = time.monotonic() + retry_delay(attempts, outcome.retry_after)
        if outcome.retry_after is not None:
            self.frontier.pause(task.host, until)
        self.frontier.retry(replace(task, attempts=attempts), until)
        return True

    def discount(self, crawl: ConnectorCrawl, tasks: Sequence[FetchTask], standing: Standing) -> None:
        """What was fetched does not count, the session being over or the proxy lost: again, or give up."""
        if standing is Standing.RENEWED:
            self.understanding.discount(crawl, tasks)
            for task in tasks:
                self.frontier.again(replace(task, attempts=task.attempts + 1), time.monotonic())
            return
        for task in tasks:
            self.frontier.release(task)
        if crawl.fault is not None:
            self.lose(crawl, crawl.fault)

    def lose(self, crawl: ConnectorCrawl, fault: str) -> None:
        """There is no session or no way out any more: this crawl ends, what is left stays queued."""
        if crawl.failure is None:
            crawl.failure = fault
            self.say(crawl.name, fault)
            self.frontier.close(crawl.connector_id)
            if crawl.phase is Phase.SIGNING_IN:
                crawl.phase = Phase.DONE
