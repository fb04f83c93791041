"""Syncs that are killed: where, how often, and what is done again afterwards."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path

from tests.support.catalog_picture import Picture, differences, picture
from tests.support.changing_site import Asked, ChangingSite
from tests.support.chaos_site import chaos_site
from tests.support.power_loss.losing import lose_power, recording
from tests.support.syncing import PATIENCE_SECONDS, REPOSITORY, configure, sync

CONCURRENCY = 8
MOST_KILLS = 3


class How(StrEnum):
    """Which processes are killed; with `POWER`, what was not synced is lost besides."""

    ALL = "all"
    MAIN = "main"
    INDEXER = "indexer"
    POWER = "power"


@dataclass(frozen=True, slots=True)
class Plan:
    """A trial: the kills one after another, each with how many requests it waits for and for how long then.

    A kill whose requests never come (the crawl ends before) comes after the crawl, while the indexer works.
    """

    seed: int
    index: bool
    kills: tuple[tuple[How, int, float], ...]


@dataclass(slots=True)
class Trial:
    """What a plan came to: kills that met a living process, requests made again, and all that is wrong."""

    kills: Counter[How] = field(default_factory=Counter)
    after_the_crawl: int = 0
    repeated: int = 0
    faults: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def plan(seed: int, *, index: bool, requests: int) -> Plan:
    """A plan by chance over a crawl of about so many requests."""
    chance = random.Random(seed)
    hows = [How.ALL, How.MAIN, How.POWER, *((How.INDEXER,) if index else ())]
    kills = []
    at = 0
    for _ in range(chance.choice([1, 1, 2, MOST_KILLS])):
        if index and chance.random() < 0.5:
            at = requests * 2  # while only the indexer works
        else:
            at += chance.randint(0, requests // 2)
        kills.append((chance.choice(hows), at, chance.random() ** 2 * (4.0 if at > requests else 0.3)))
    return Plan(seed, index, tuple(kills))


def configured(folder: Path, site: ChangingSite) -> Path:
    """A connector over the site, as quick as it answers."""
    politeness = {"requests_per_minute": "unlimited", "concurrency": CONCURRENCY}
    return configure(
        folder,
        {"name": "library", "seeds": [site.url()], "scope": {"max_depth": 50}, "politeness": politeness},
    )


def crawler(config: Path, *, index: bool, log: Path) -> subprocess.Popen[bytes]:
    """Start the real command."""
    # One core: one parser process, and as much of the machine for others.
    core = str(min(os.sched_getaffinity(0)))
    command = [sys.executable, "-m", "crawler", "sync", "--config", str(config), "--json"]
    if taskset := shutil.which("taskset"):
        command = [taskset, "-c", core, *command]
    return subprocess.Popen(
        command if index else [*command, "--no-index"],
        cwd=REPOSITORY,
        env=recording(log),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


@dataclass(frozen=True, slots=True)
class Reference:
    """An undisturbed crawl, and the same followed by further ones: pictures and requests by path."""

    pictures: Sequence[Picture]
    requests: Sequence[Mapping[str, int]]


def reference(folder: Path, site: ChangingSite, *, index: bool, syncs: int = MOST_KILLS + 1) -> Reference:
    """Crawl without disturbance, so often: a sync after a crawl that ended before its kill is one more."""
    site.pages.clear()
    site.pages.update(chaos_site())
    site.log.clear()
    config, drawn, asked = configured(folder, site), [], []
    for _ in range(syncs):
        if fault := _sync(config, index=index, log=folder / "syncs"):
            raise RuntimeError(f"an undisturbed sync fails: {fault}")
        drawn.append(picture(config))
        asked.append(_requests(site.log))
    return Reference(drawn, asked)


def run_trial(plan: Plan, folder: Path, site: ChangingSite, expected: Reference) -> Trial:
    """Kill as planned, sync once more, compare."""
    site.pages.clear()
    site.pages.update(chaos_site())
    site.log.clear()
    config, log, trial = configured(folder, site), folder / "syncs", Trial()
    chance = random.Random(plan.seed)
    committed: list[tuple[int, set[str]]] = []
    left: set[int] = set()
    for how, requests, seconds in plan.kills:
        process = crawler(config, index=plan.index, log=log)
        killed = _kill(process, how, partial(_asked, site, requests), seconds, config)
        left |= killed.left
        if killed.hit:
            trial.kills[how] += 1
            trial.after_the_crawl += killed.ended
            if how is How.POWER:
                _end(left)  # nothing runs on, what an earlier kill spared neither
                _wait_for(left)
                trial.lost += lose_power(config.parent / "data", log, chance)
                # A commit that an earlier kill left written but not synced may be lost now, too.
                committed = [(since, done & _visited(config)) for since, done in committed]
            if not killed.ended:
                committed.append((len(site.log), _visited(config)))
    if fault := _sync(config, index=plan.index, log=log):
        trial.faults.append(fault)
    _wait_for(left)
    _judge(trial, config, site, expected, committed)
    return trial


def _judge(
    trial: Trial,
    config: Path,
    site: ChangingSite,
    expected: Reference,
    committed: Sequence[tuple[int, set[str]]],
) -> None:
    found = picture(config)
    second = sum(place.startswith("run ") for place in found) - 1
    trial.faults += differences(found, expected.pictures[second])
    asked, usual = _requests(site.log), expected.requests[second]
    trial.repeated = sum(max(0, times - usual.get(path, 0)) for path, times in asked.items())
    trial.faults += [f"{path} was never asked for" for path in usual.keys() - asked.keys()]
    if second == 0:
        for since, done in committed:
            again = {each.path for each in site.log[since:]} & done
            trial.faults += [f"{path} was asked for again though its visit was committed" for path in again]


def _asked(site: ChangingSite, requests: int) -> bool:
    return len(site.log) >= requests


def _requests(log: Sequence[Asked]) -> Mapping[str, int]:
    return Counter(each.path for each in log if each.path != "/robots.txt")


@dataclass(frozen=True, slots=True)
class _Killed:
    """`ended`: the crawl itself was over. `left` are processes that were not killed with it."""

    hit: bool
    ended: bool
    left: frozenset[int]


def _kill(
    process: subprocess.Popen[bytes], how: How, due: Callable[[], bool], seconds: float, config: Path
) -> _Killed:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not due() and process.poll() is None and time.monotonic() < deadline:
        if _crawl_ended(config):
            break
        time.sleep(0.005)
    time.sleep(seconds)
    below = descendants(process.pid)
    hit = process.poll() is None
    match how:
        case How.INDEXER:
            below = {each for each in below if b"indexer.worker" in _command(each)}
            hit = hit and bool(below)
            _end(below)
            process.communicate(timeout=PATIENCE_SECONDS)
        case How.MAIN:
            _end({process.pid})
            process.wait()
        case _:
            _end({process.pid, *below, *descendants(process.pid)})
            process.wait()
    if process.stderr is not None:
        process.stderr.close()
    if how is not How.MAIN:
        _wait_for(below)
    return _Killed(hit, _crawl_ended(config), frozenset(below))


def descendants(pid: int) -> set[int]:
    """The processes below one, by proc(5)."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):  # it ended meanwhile
            continue
    found: set[int] = set()
    new = {pid}
    while new := {child for child, parent in parents.items() if parent in new} - found:
        found |= new
    return found


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _end(pids: set[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _wait_for(pids: set[int] | frozenset[int]) -> None:
    """Until processes that are not our children have ended: a worker finishes what it was given."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(_command(pid) for pid in pids) and time.monotonic() < deadline:  # a zombie has no command
        time.sleep(0.02)


def _sync(config: Path, *, index: bool, log: Path) -> str:
    """A sync that is not killed; what it said if it failed."""
    if not index:
        ended = sync(config)  # quicker: its process has imported everything
        return "" if ended.code == 0 else f"exit {ended.code}: {ended.said[-2_000:]}"
    process = crawler(config, index=True, log=log)
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    return "" if process.returncode == 0 else f"exit {process.returncode}: {said.decode()[-2_000:]}"


def _query(config: Path, statement: str, mode: str = "ro") -> list[tuple[str, ...]]:
    file = config.parent / "data" / "catalog.db"
    if not file.exists():
        return []
    connection = sqlite3.connect(f"file:{file}?mode={mode}", uri=True)
    try:
        return connection.execute(statement).fetchall()
    except sqlite3.OperationalError:  # its tables are just being made
        return []
    finally:
        connection.close()


def _crawl_ended(config: Path) -> bool:
    states = [state for (state,) in _query(config, "SELECT state FROM runs ORDER BY id")]
    return bool(states) and states[-1] != "running"


def _visited(config: Path) -> set[str]:
    """The paths whose visits are committed; read from a copy: the next sync shall find what the kill left."""
    with tempfile.TemporaryDirectory() as name:
        copied = Path(name) / "data"
        copied.mkdir()
        for file in (config.parent / "data").glob("catalog.db*"):
            shutil.copy(file, copied)
        visited = "SELECT url FROM urls WHERE state != 'queued' AND fetched_at IS NOT NULL"
        rows = _query(copied.parent / "connectors.yaml", visited, "rw")
    return {"/" + url.split("/", 3)[3] for (url,) in rows}
