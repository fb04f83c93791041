"""What the status app knows: services and incidents, read from YAML, given as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import yaml

from examples.intranet.pages import SITES_FOLDER

DAYS: Final = 90
AT_FIRST: Final = 4
"""So many incidents are listed until somebody asks for earlier ones."""
_DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that went wrong; `ended` is None while it lasts."""

    id: str
    title: str
    severity: str
    services: Sequence[str]
    began: datetime
    ended: datetime | None
    summary: str
    updates: Sequence[Mapping[str, str]]
    changed: Sequence[str]

    def minutes_on(self, day: date, now: datetime) -> int:
        """How long it lasted on a day."""
        midnight = datetime.combine(day, datetime.min.time())
        began, ended = max(self.began, midnight), min(self.ended or now, midnight + timedelta(days=1))
        return max(0, int((ended - began).total_seconds() // 60))

    def as_json(self) -> dict[str, Any]:
        """What lists say of it."""
        return {
            "id": self.id,
            "title": self.title,
            "severity": self.severity,
            "services": list(self.services),
            "began": f"{self.began:%Y-%m-%dT%H:%MZ}",
            "ended": None if self.ended is None else f"{self.ended:%Y-%m-%dT%H:%MZ}",
            "summary": self.summary,
        }

    def in_full(self) -> dict[str, Any]:
        """What its own page says."""
        return {**self.as_json(), "updates": list(self.updates), "changed": list(self.changed)}


@dataclass(frozen=True, slots=True)
class Board:
    """All services and incidents as of a day."""

    as_of: date
    services: Mapping[str, Mapping[str, Any]]
    incidents: Sequence[Incident]

    @classmethod
    def read(cls) -> Board:
        """Read the file of the sample company."""
        written = yaml.safe_load((SITES_FOLDER / "status" / "board.yaml").read_text(encoding="utf-8"))
        return cls(
            written["as_of"],
            {service["id"]: service for service in written["services"]},
            [_incident(each) for each in written["incidents"]],
        )

    def overview(self) -> dict[str, Any]:
        """What the front page says: each service and its last days, and what is wrong now."""
        return {
            "as_of": self.as_of.isoformat(),
            "services": [self._line(service) for service in self.services],
            "open": [incident.as_json() for incident in self.incidents if incident.ended is None],
        }

    def service(self, name: str) -> dict[str, Any] | None:
        """A service in full, with its incidents; None where there is none of that name."""
        if (service := self.services.get(name)) is None:
            return None
        incidents = [incident.as_json() for incident in self.incidents if name in incident.services]
        depends_on = [{"id": each, "name": self.services[each]["name"]} for each in service["depends_on"]]
        return {**service, **self._line(name), "depends_on": depends_on, "incidents": incidents}

    def incident(self, name: str) -> dict[str, Any] | None:
        """An incident in full; None where there is none of that name."""
        found = next((incident for incident in self.incidents if incident.id == name), None)
        if found is None:
            return None
        services = [{"id": each, "name": self.services[each]["name"]} for each in found.services]
        return {**found.in_full(), "services": services}

    def listed(self, before: str = "") -> dict[str, Any]:
        """The latest incidents, or all those before one."""
        names = [incident.id for incident in self.incidents]
        start = names.index(before) + 1 if before in names else 0
        end = len(names) if start else AT_FIRST
        return {
            "incidents": [incident.as_json() for incident in self.incidents[start:end]],
            "earlier": end < len(names),
        }

    def _line(self, name: str) -> dict[str, Any]:
        service, days = self.services[name], list(self._days(name))
        lost = sum(day["minutes"] for day in days)
        is_well = all(incident.ended or name not in incident.services for incident in self.incidents)
        return {
            "id": name,
            "name": service["name"],
            "summary": service["summary"],
            "state": "working" if is_well else "slow",
            "uptime": f"{100 * (1 - lost / (DAYS * _DAY_MINUTES)):.2f} %",
            "days": days,
        }

    def _days(self, name: str) -> Iterator[dict[str, Any]]:
        """The last days: for how many minutes of each something was wrong, and how badly."""
        now = datetime.combine(self.as_of, datetime.min.time()) + timedelta(hours=8)
        incidents = [incident for incident in self.incidents if name in incident.services]
        for back in range(DAYS - 1, -1, -1):
            day = self.as_of - timedelta(days=back)
            minutes = [(each.severity, each.minutes_on(day, now)) for each in incidents]
            severities = {severity for severity, lasted in minutes if lasted}
            worst = next((each for each in ("major", "minor") if each in severities), None)
            yield {
                "day": day.isoformat(),
                "minutes": sum(lasted for _, lasted in minutes),
                "severity": worst,
            }


def _incident(written: Mapping[str, Any]) -> Incident:
    ended = written.get("ended")
    return Incident(
        id=str(written["id"]),
        title=written["title"],
        severity=written["severity"],
        services=written["services"],
        began=_moment(written["began"]),
        ended=None if ended is None else _moment(ended),
        summary=written["summary"],
        updates=[
            {"at": f"{_moment(each['at']):%Y-%m-%dT%H:%MZ}", "state": each["state"], "text": each["text"]}
            for each in written["updates"]
        ],
        changed=written["changed"],
    )


def _moment(written: str) -> datetime:
    return datetime.strptime(written, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - all are UTC, as the file says
