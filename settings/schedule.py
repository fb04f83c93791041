"""Cron expressions and time zones. Weekdays become names, for schedulers number them differently."""

from __future__ import annotations

import re
import zoneinfo
from typing import Annotated, Final

from pydantic import AfterValidator, WithJsonSchema

from settings.faults import nearest

_WANTED: Final = "must be a cron expression (minute hour day month weekday) such as 0 2 * * *"
_RULES: Final = (
    "minute goes from 0 to 59",
    "hour goes from 0 to 23",
    "day goes from 1 to 31",
    "month goes from 1 to 12 or jan to dec",
    "weekday goes from 0 (Sunday) to 6, or sun to sat",
)
_WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_WEEKDAY: Final = re.compile(r"(?:(\*)|([0-7]|[a-z]{3})(?:-([0-7]|[a-z]{3}))?)(?:/([1-7]))?")


def cron(expression: str) -> str:
    """The expression with its weekdays as names: POSIX counts them from Sunday, APScheduler from Monday.

    Raises:
        ValueError: it is none; the message says which of the five parts is wrong.
    """
    parts = expression.lower().split()
    if len(parts) != len(_RULES):
        raise ValueError(f"{_WANTED}: five parts, not {len(parts)}")
    parts[4] = _weekdays(parts[4])
    for number, (part, rule) in enumerate(zip(parts, _RULES, strict=True)):
        alone = ["*"] * len(parts)
        alone[number] = part
        if not _is_cron(" ".join(alone)):
            raise ValueError(f"{_WANTED}: the {rule}")
    return " ".join(parts)


def _is_cron(expression: str) -> bool:
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - only where something is scheduled

    try:
        CronTrigger.from_crontab(expression, timezone="UTC")
    except ValueError:
        return False
    return True


def _weekdays(part: str) -> str:
    """`1-5` becomes `mon,tue,wed,thu,fri`; ranges may run over the end of the week (`fri-mon`)."""
    if part == "*":
        return part
    days: set[int] = set()
    for item in part.split(","):
        match = _WEEKDAY.fullmatch(item)
        if match is None:
            raise ValueError(f"{_WANTED}: the {_RULES[4]}")
        everyday, first, last, step = match.groups()
        start = 0 if everyday else _weekday(first)
        end = 6 if everyday else _weekday(last) if last else 6 if step else start
        end += 7 if end < start else 0
        days.update(day % 7 for day in range(start, end + 1, int(step or 1)))
    return ",".join(_WEEKDAYS[day] for day in sorted(days))


def _weekday(text: str) -> int:
    if text.isdecimal():
        return int(text)
    if text not in _WEEKDAYS:
        raise ValueError(f"{_WANTED}: the {_RULES[4]}")
    return _WEEKDAYS.index(text)


def time_zone(name: str) -> str:
    """The name itself.

    Raises:
        ValueError: the time zone database has no such name.
    """
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(name, zoneinfo.available_timezones())
        hint = f"; did you mean `{near}`?" if near else " such as Europe/Berlin"
        raise ValueError(f"must be the name of a time zone{hint}") from None
    return name


Cron = Annotated[str, AfterValidator(cron), WithJsonSchema({"type": "string", "title": "cron expression"})]
TimeZone = Annotated[str, AfterValidator(time_zone), WithJsonSchema({"type": "string", "title": "time zone"})]
