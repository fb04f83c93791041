"""Parser processes behind an awaitable `read`: parsing never holds up the event loop, nor can it kill it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from catalog.vocabulary import Reason, refused
from crawler.sync.frames import FrameBuffer, pack_frame
from crawler.sync.parser_kind import PAGES, ParserKind
from crawler.sync.reading import Job, Reading
from crawler.sync.reading_rules import ReadingRules
from crawler.sync.started_parser import StartedParser


@dataclass(slots=True)
class _Ticket:
    job: Job
    answer: asyncio.Future[Reading]


class ParserPool:
    """A few processes that read bodies, each in order; to be used from one event loop.

    It takes over processes that were started before, and starts others of their `kind` up to `size` when
    there is work for them; each connector's rules are given by `use`. A process that dies or hangs costs the
    one body that it was reading: that is refused with a reason, the jobs behind it go to a fresh process.
    """

    def __init__(
        self,
        started: Sequence[StartedParser],
        *,
        size: int | None = None,
        kind: ParserKind = PAGES,
    ) -> None:
        self.rules: dict[int, ReadingRules] = {}
        self.kind = kind
        self._size = len(started) if size is None else size
        self._spare = list(started)
        self._parsers: list[_Parser] = []
        self._queue: deque[_Ticket] = deque()
        self._ending: set[asyncio.Task[None]] = set()

    async def read(self, job: Job) -> Reading:
        """Have a body read; bad input is an answer like any other."""
        ticket = _Ticket(job, asyncio.get_running_loop().create_future())
        self._queue.append(ticket)
        self.feed()
        return await ticket.answer

    def use(self, connector_id: int, rules: ReadingRules) -> None:
        """Change a connector's rules for the jobs that come after."""
        self.rules[connector_id] = rules
        for parser in self._parsers:
            parser.send((connector_id, rules))

    async def close(self) -> None:
        """End the processes; jobs that still wait are cancelled."""
        parsers, self._parsers, self._size = self._parsers, [], 0
        await asyncio.to_thread(self.end_spare)
        for ticket in self._queue:
            ticket.answer.cancel()
        self._queue.clear()
        for parser in parsers:
            parser.end()
        for parser in parsers:
            await asyncio.to_thread(parser.started.reap)
        await asyncio.gather(*self._ending)

    def end_spare(self) -> None:
        """End processes that were never used, when no event loop came to `close` them."""
        while self._spare:
            self._spare.pop().end()

    def feed(self) -> None:
        """Give waiting jobs to the parsers with the fewest, starting processes as they are needed."""
        while self._queue and self._size:
            idlest = min(self._parsers, key=lambda parser: len(parser.tickets), default=None)
            busy = 1 if self._spare else self.kind.worth_another
            if (idlest is None or len(idlest.tickets) >= busy) and len(self._parsers) < self._size:
                idlest = _Parser(self, self._spare.pop() if self._spare else StartedParser.start(self.kind))
                self._parsers.append(idlest)
            if idlest is None or len(idlest.tickets) >= self.kind.ahead:
                return
            idlest.give(self._queue.popleft())

    def seconds_for(self, job: Job) -> float:
        """How long a job may keep its parser."""
        rules = self.rules.get(job.connector_id)
        patient = rules is not None and rules.extraction.ocr
        return self.kind.patient_seconds if patient else self.kind.job_seconds

    def lost(self, parser: _Parser, culprit: _Ticket | None, reason: Reason, how: str = "") -> None:
        """A parser ended: refuse the body that it was reading, put the jobs behind it first again."""
        if parser in self._parsers:
            self._parsers.remove(parser)
        self._queue.extendleft(reversed(parser.tickets))
        if culprit is not None and not culprit.answer.done():
            culprit.answer.set_result(Reading(decision=refused(reason), detail=reason.explanation + how))
        self.feed()

    def retire(self, parser: _Parser) -> None:
        """Let a parser that has nothing to do end."""
        self._parsers.remove(parser)
        parser.end()
        task = asyncio.get_running_loop().create_task(asyncio.to_thread(parser.started.reap))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


class _Parser(asyncio.Protocol):
    """One process and the connection to it."""

    def __init__(self, pool: ParserPool, started: StartedParser) -> None:
        self.started = started
        self.tickets: deque[_Ticket] = deque()
        self._pool = pool
        self._done = 0
        self._frames = FrameBuffer()
        self._unsent: list[bytes] = [pack_frame(item) for item in pool.rules.items()]
        self._transport: asyncio.Transport | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._ending: Reason | None = Reason.PARSER_CRASHED  # None once it was told to end
        loop = asyncio.get_running_loop()
        self._connecting = loop.create_task(loop.create_connection(lambda: self, sock=started.connection))

    def send(self, message: object) -> None:
        """Send now, or as soon as the connection is there."""
        if self._transport is None:
            self._unsent.append(pack_frame(message))
        else:
            self._transport.write(pack_frame(message))

    def give(self, ticket: _Ticket) -> None:
        """Hand over a job."""
        self.tickets.append(ticket)
        self.send(ticket.job)
        if len(self.tickets) == 1:
            self._time_job()

    def end(self) -> None:
        """Let the process end: it stops when its connection closes."""
        self._ending = None
        if self._watch is not None:
            self._watch.cancel()
        if self._transport is not None:
            self._transport.abort()
        for ticket in self.tickets:
            ticket.answer.cancel()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        self._transport.writelines(self._unsent)
        self._unsent.clear()

    def data_received(self, data: bytes) -> None:
        for reading in self._frames.feed(data):
            assert isinstance(reading, Reading)
            ticket = self.tickets.popleft()
            if not ticket.answer.done():
                ticket.answer.set_result(reading)
            self._done += 1
            self._time_job()
        most = self._pool.kind.most_jobs
        if not self.tickets and most is not None and self._done >= most:
            self._pool.retire(self)
        self._pool.feed()

    def connection_lost(self, _error: Exception | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        if self._ending is None:
            return
        culprit = self.tickets.popleft() if self.tickets else None
        self.started.process.kill()
        how = self.started.died_of() if self._ending is Reason.PARSER_CRASHED else ""
        self.started.reap()
        self._pool.lost(self, culprit, self._ending, how)

    def _time_job(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        loop = asyncio.get_running_loop()
        if self.tickets:
            seconds = self._pool.seconds_for(self.tickets[0].job)
            self._watch = loop.call_later(seconds, self._give_up)
        elif self._pool.kind.idle_seconds is not None:
            self._watch = loop.call_later(self._pool.kind.idle_seconds, self._pool.retire, self)

    def _give_up(self) -> None:
        self._ending = Reason.PARSER_TIMEOUT
        self.started.process.kill()
