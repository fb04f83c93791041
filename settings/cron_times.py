"""When a cron expression is due next, by the clocks of its time zone and their summer time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

_CHANGE_AHEAD = timedelta(hours=3)


def next_time(expression: str, zone: str, after: datetime) -> datetime | None:
    """The first moment later than `after` (aware) at which `expression` is due, with the zone's offset.

    Clocks that are put forward leave times out: what was due then is due once, when they have moved. Where
    clocks are put back, what is due at certain hours is due the first time only; with `*` for the hour it is
    due by elapsed time, as for Debian's cron(8). Where both day and weekday are restricted, either will do
    (crontab(5)). None where no such moment comes, as 30 February does not.

    `expression` and `zone` were checked by `settings.schedule`.
    """
    clock = ZoneInfo(zone)
    hourly = expression.split()[1] == "*"
    wall = after.astimezone(clock).replace(tzinfo=None)
    repeated = _repeated(clock, after) if hourly else timedelta()
    best: datetime | None = None
    for due in _wall_times(expression, wall - repeated):
        for moment in _moments(due, clock, hourly=hourly):
            if moment > after and (best is None or moment < best):
                best = moment
        if best is not None and due >= wall + repeated:
            break
    return None if best is None else best.astimezone(clock)


def _repeated(clock: ZoneInfo, after: datetime) -> timedelta:
    """How much of the time on the wall comes a second time within the next hours."""
    now, soon = (moment.astimezone(clock).utcoffset() for moment in (after, after + _CHANGE_AHEAD))
    assert now is not None
    assert soon is not None
    return max(now - soon, timedelta())


def _moments(due: datetime, clock: ZoneInfo, *, hourly: bool) -> Iterator[datetime]:
    """The moments at which the wall shows `due`, or when it jumps over it, in UTC."""
    first, second = (due.replace(tzinfo=clock, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(clock).replace(tzinfo=None) == due:
        yield first
        if hourly and second != first:
            yield second
    elif not hourly:
        yield _end_of_gap(second, first, clock)


def _end_of_gap(before: datetime, behind: datetime, clock: ZoneInfo) -> datetime:
    """The minute at which clocks are put forward, between two moments of which the first lies before it."""
    offset = behind.astimezone(clock).utcoffset()
    while behind - before > timedelta(seconds=1):
        middle = before + (behind - before) / 2
        if middle.astimezone(clock).utcoffset() == offset:
            behind = middle
        else:
            before = middle
    return (behind + timedelta(seconds=30)).replace(second=0, microsecond=0)


def _wall_times(expression: str, after: datetime) -> Iterator[datetime]:
    """The times of a wall clock that nobody puts forward or back, after a given one."""
    triggers = _triggers(expression)
    while True:
        coming = [_following(trigger, after) for trigger in triggers]
        times = [each for each in coming if each is not None]
        if not times:
            return
        after = min(times)
        yield after


def _following(trigger: CronTrigger, after: datetime) -> datetime | None:
    # It counts the given time itself; and UTC has no summer time.
    found: datetime | None = trigger.get_next_fire_time(
        None, (after + timedelta(microseconds=1)).replace(tzinfo=UTC)
    )
    return None if found is None else found.replace(tzinfo=None)


@cache
def _triggers(expression: str) -> tuple[CronTrigger, ...]:
    """One, or two where day or weekday will do: APScheduler wants both."""
    minute, hour, day, month, weekday = expression.split()
    wanted = [expression]
    if not day.startswith("*") and weekday != "*":
        wanted = [f"{minute} {hour} {day} {month} *", f"{minute} {hour} * {month} {weekday}"]
    return tuple(CronTrigger.from_crontab(each, timezone="UTC") for each in wanted)
