"""The loop of `crawler schedule`: looks at clock, commands and configuration, and runs what is due."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from catalog.commands import Command, claim_command, finish_command
from catalog.database import Catalog
from catalog.errors import CatalogError
from catalog.scheduler import (
    COMMANDS,
    HEARTBEAT_SECONDS,
    STOP,
    SYNC,
    SchedulerRunning,
    become_scheduler,
    begin_command,
    commands_wait,
    end_as_scheduler,
    give_sign_of_life,
    last_activity,
    who_syncs,
)
from crawler.scheduling.agenda import Agenda, Skipped
from crawler.scheduling.events import EventLog
from crawler.scheduling.inquiry import MOST_AT_ONCE as MOST_INQUIRIES
from crawler.scheduling.inquiry import Inquiry, UnusableInquiryError
from crawler.scheduling.job import Cause, Job
from crawler.scheduling.sync_process import SyncEnded, SyncProcess
from crawler.scheduling.watched_settings import WatchedSettings
from settings.console import ExitCode
from settings.sync import SyncMode

TICK_SECONDS: Final = 1.0
"""How often the clock, the commands and the configuration are looked at."""

_BEGUN: Final = {
    Cause.SCHEDULE: "by its schedule",
    Cause.MISSED: "its time was missed",
    Cause.ASKED: "as asked for",
    Cause.CONTINUED: "to go on with what the last scheduler had begun",
}
T = TypeVar("T")


class Scheduler:
    """Runs until it is told to stop; `now` is the clock by which connectors are due."""

    def __init__(
        self,
        catalog: Catalog,
        watched: WatchedSettings,
        log: EventLog,
        *,
        index: bool = True,
        agenda: Agenda | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        tick: float = TICK_SECONDS,
    ) -> None:
        self._catalog = catalog
        self._watched = watched
        self._log = log
        self._index = index
        self._agenda = agenda or Agenda()
        self._now = now
        self._tick_seconds = tick
        self._processes: dict[str, SyncProcess] = {}
        self._inquiries: set[Inquiry] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stops: dict[str, list[int]] = {}  # commands to be finished when the connector's sync has ended
        self._told: set[tuple[str, str]] = set()
        self._stopping = False
        self._wake = asyncio.Event()
        self._heard = 0.0

    async def run(self) -> None:
        """Schedule until `stop`. Raises `SchedulerRunning` where another process does, `CatalogError` when
        the catalog cannot be used at the start."""
        await self._write(become_scheduler)
        try:
            await self._configure()
            self._announce()
            while not self._stopping:
                await self._tick_safely()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._tick_seconds):
                        await self._wake.wait()
                self._wake.clear()
        finally:
            await self._end()

    def stop(self) -> None:
        """Stop the syncs that run, cleanly; called again, they end at once."""
        if not self._stopping:
            names = ", ".join(self._processes) or "nothing is under way"
            self._log.say("stopping", None, f"stopping: {names}")
        for process in self._processes.values():
            process.stop(at_once=self._stopping)
        self._stopping = True
        for inquiry in self._inquiries:
            inquiry.stop()
        self._wake.set()

    async def _end(self) -> None:
        for process in self._processes.values():
            process.stop()
        for inquiry in self._inquiries:
            inquiry.stop()
        while self._tasks:
            await asyncio.wait(self._tasks)
        with contextlib.suppress(SchedulerRunning):
            await self._write(end_as_scheduler)
        self._log.say("stopped", None, "stopped; what was under way goes on with the next start")

    async def _tick_safely(self) -> None:
        """A catalog that is locked or away for a while is no reason to end."""
        try:
            await self._tick()
        except SchedulerRunning:
            raise
        except CatalogError as error:
            self._say_once("trouble", None, str(error))
        else:
            self._told = {told for told in self._told if told[0] != "trouble"}

    async def _tick(self) -> None:
        if (said := self._watched.refresh()) is not None:
            self._log.say("configuration", None, said)
            await self._configure()
        if time.monotonic() - self._heard > HEARTBEAT_SECONDS:
            await self._write(give_sign_of_life)
            self._heard = time.monotonic()
        await self._carry_out_commands()
        _, skipped = self._agenda.take_due(self._now())
        for each in skipped:
            self._log.say("skipped", each.connector, _why_skipped(each))
        held: list[Job] = []
        while not self._stopping and (job := self._agenda.next_job()) is not None:
            if not await self._start(job):
                held.append(job)
        for job in self._agenda.waiting:
            self._say_once("waiting", job.connector, self._why_waiting(job))
        self._agenda.waiting += held

    async def _configure(self) -> None:
        names = [each.name for each in self._watched.settings.connectors]
        last = await self._write(lambda connection: last_activity(connection, names))
        self._agenda.configure(self._watched.settings, last, self._now())

    def _announce(self) -> None:
        if not self._agenda.following:
            self._log.say(
                "started", None, "no connector has a `sync.schedule`: waiting for what is asked for"
            )
        for name, following in self._agenda.following.items():
            missed = following is not None and following <= self._now()
            when = "never" if following is None else "at once" if missed else f"{following:%Y-%m-%d %H:%M %Z}"
            self._log.say("scheduled", name, f"runs next {when}", next_run=following)

    async def _carry_out_commands(self) -> None:
        while await self._read(lambda connection: commands_wait(connection, self._claimed_names)):
            command = await self._write(lambda connection: claim_command(connection, self._claimed_names))
            if command is None:
                return
            if command.name == STOP and (job := self._agenda.drop(_connector(command))) is not None:
                await self._finish_dropped(job, command.id)
                continue
            fault = self._fault_of(command)
            if fault is not None:
                await self._finish(command.id, {"error": fault}, failed=True)
                self._log.say("refused", _connector(command), f"{command.name} was asked for, but {fault}")

    @property
    def _claimed_names(self) -> tuple[str, ...]:
        """Questions wait while as many are answered as may be: syncs and stops never wait for them."""
        return COMMANDS if len(self._inquiries) < MOST_INQUIRIES else (SYNC, STOP)

    def _fault_of(self, command: Command) -> str | None:
        match command.name:
            case "sync":
                return self._sync_fault(command)
            case "stop":
                return self._stop_fault(command)
            case _:
                return self._inquiry_fault(command)

    def _inquiry_fault(self, command: Command) -> str | None:
        """Begin to answer a question, or say why not."""
        try:
            inquiry = Inquiry(command.name, command.arguments, self._watched.config)
        except UnusableInquiryError as error:
            return str(error)
        self._inquiries.add(inquiry)
        self._keep(asyncio.create_task(self._answer(inquiry, command)))
        return None

    async def _answer(self, inquiry: Inquiry, command: Command) -> None:
        answer = await inquiry.run()
        self._inquiries.discard(inquiry)
        if not self._stopping:  # else the next start answers it
            with self._saying_trouble(_connector(command)):
                await self._finish(command.id, answer.result, failed=answer.told is None)
            self._log.say("answered", _connector(command), f"{command.name} was answered, as asked for")
        self._wake.set()

    def _sync_fault(self, command: Command) -> str | None:
        """Let a sync that was asked for wait for its turn, or say why not."""
        connector, mode = _connector(command), command.arguments.get("mode")
        if connector is None or not self._agenda.knows(connector):
            return "there is no such connector"
        if mode is not None and mode not in {*SyncMode}:
            return f"there is no mode {mode!r}"
        if self._agenda.is_busy(connector):
            return "its sync is under way already"
        cause = Cause.CONTINUED if "cause" in command.arguments else Cause.ASKED
        self._agenda.waiting.append(Job(connector, cause, mode, command.id))
        return None

    def _stop_fault(self, command: Command) -> str | None:
        connector = _connector(command)
        process = self._processes.get(connector or "")
        if connector is None or process is None:
            return "no sync of it is under way here"
        self._stops.setdefault(connector, []).append(command.id)
        process.stop()
        self._log.say("stopping", connector, "stopping, as asked for")
        return None

    async def _finish_dropped(self, job: Job, stop_id: int) -> None:
        self._log.say("stopping", job.connector, "its sync, which had not begun, is dropped, as asked for")
        if job.command_id is not None:
            await self._finish(job.command_id, {"error": "it was stopped before it began"}, failed=True)
        await self._finish(stop_id, {})

    async def _start(self, job: Job) -> bool:
        """Begin a sync, or skip it where another process has the connector.

        False for one that has to wait for that: a scheduler that was killed has left a sync which is about to
        stop, and is continued then.
        """
        held = await self._read(lambda connection: who_syncs(connection, job.connector))
        if held is not None and job.cause is Cause.CONTINUED:
            self._say_once("waiting", job.connector, f"waits: {held}")
            return False
        if held is not None:
            self._log.say("skipped", job.connector, f"skipped: {held}")
            if job.command_id is not None:
                await self._finish(job.command_id, {"error": held}, failed=True)
            return True
        command_id = job.command_id
        if command_id is None:
            arguments = {"connector": job.connector, "mode": job.mode, "cause": job.cause.value}
            command_id = await self._write(lambda connection: begin_command(connection, arguments))
        process = SyncProcess(
            job,
            self._watched.config,
            self._watched.snapshot,
            index=self._index,
            say=lambda connector, text: self._log.say("said", connector, text),
        )
        self._agenda.running[job.connector] = job
        self._processes[job.connector] = process
        self._told -= {told for told in self._told if told[1] == job.connector}
        self._log.say("began", job.connector, f"sync began, {_BEGUN[job.cause]}", cause=job.cause.value)
        self._keep(asyncio.create_task(self._follow(process, command_id)))
        return True

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, process: SyncProcess, command_id: int) -> None:
        name = process.job.connector
        ended = await process.run()
        del self._processes[name]
        del self._agenda.running[name]
        self._log.say(
            "ended" if ended.done else "failed", name, _ending(ended), code=ended.code, run=ended.run
        )
        stops = self._stops.pop(name, [])
        with self._saying_trouble(name):
            if stops or not (self._stopping and ended.code in _STOPPED):  # else the next start continues it
                await self._finish(command_id, _result(ended), failed=not ended.done)
            for each in stops:
                await self._finish(each, _result(ended))
        self._wake.set()

    @contextlib.contextmanager
    def _saying_trouble(self, connector: str | None) -> Iterator[None]:
        try:
            yield
        except CatalogError as error:
            self._log.say("trouble", connector, str(error))

    def _why_waiting(self, job: Job) -> str:
        obstacle = self._agenda.obstacle(job)
        if obstacle is None:
            return f"waits: {len(self._agenda.running)} syncs are under way"
        return f"waits for {obstacle}, which asks the same host"

    def _say_once(self, event: str, connector: str | None, text: str) -> None:
        """What holds for many ticks is said at the first."""
        if (event, connector or text) not in self._told:
            self._told.add((event, connector or text))
            self._log.say(event, connector, text)

    async def _finish(self, command_id: int, result: dict[str, Any], *, failed: bool = False) -> None:
        await self._write(lambda connection: finish_command(connection, command_id, result, failed=failed))

    async def _read(self, read: Callable[[Connection], T]) -> T:
        def work() -> T:
            with self._catalog.read() as connection:
                return read(connection)

        return await asyncio.to_thread(work)

    async def _write(self, write: Callable[[Connection], T]) -> T:
        def work() -> T:
            with self._catalog.write() as connection:
                return write(connection)

        return await asyncio.to_thread(work)


_STOPPED: Final = (ExitCode.INTERRUPTED, -signal.SIGTERM)  # the second before it had begun to crawl


def run_until_signalled(scheduler: Scheduler) -> Any:
    """A coroutine that runs it, stopped by SIGTERM and SIGINT."""

    async def run() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, scheduler.stop)
        await scheduler.run()

    return run()


def _connector(command: Command) -> str | None:
    name = command.arguments.get("connector")
    return name if isinstance(name, str) else None


def _why_skipped(skipped: Skipped) -> str:
    state = "is still under way" if skipped.running else "still waits for its turn"
    following = "never" if skipped.following is None else f"{skipped.following:%Y-%m-%d %H:%M %Z}"
    return f"skipped: its sync {state}; next {following}"


def _result(ended: SyncEnded) -> dict[str, Any]:
    return {"code": ended.code, "run": ended.run} | ({} if ended.done else {"error": ended.last_words})


def _ending(ended: SyncEnded) -> str:
    run = ended.run
    if run is None:
        how = f"was killed by signal {-ended.code}" if ended.code < 0 else f"ended with code {ended.code}"
        return f"sync {how}: {ended.last_words}; the next one goes on with what it left"
    counts = ", ".join(f"{run[name]:,} {name}" for name in ("added", "changed", "unchanged", "deleted"))
    why = f" ({run['error'] or run['limit']})" if run["error"] or run["limit"] else ""
    indexing = "" if ended.code != 1 or run["state"] == "failed" else f"; {ended.last_words}"
    return f"run {run['run']} {run['state']}{why}: {counts}, {run['documents']:,} documents{indexing}"
