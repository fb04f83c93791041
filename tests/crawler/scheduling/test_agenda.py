"""What is due, what waits for what, what is skipped: by a clock that the test sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.scheduling.agenda import Agenda, Skipped
from crawler.scheduling.job import Cause, Job, Reach
from settings.configuration import Settings
from settings.load import load_settings
from tests.support.syncing import configure

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


def hours(number: float) -> datetime:
    return MIDNIGHT + timedelta(hours=number)


def connector(name: str, schedule: str | None = "0 2 * * *", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "seeds": [f"https://{name}.test/"],
        "access": "public",
        "sync": {"schedule": schedule} if schedule else {},
    } | changes


def settings_of(folder: Path, *connectors: dict[str, Any]) -> Settings:
    return load_settings(configure(folder, *connectors))


def agenda_of(folder: Path, *connectors: dict[str, Any], last: float = 0, now: float = 0) -> Agenda:
    settings = settings_of(folder, *connectors)
    agenda = Agenda()
    agenda.configure(settings, {each.name: hours(last) for each in settings.connectors}, hours(now))
    return agenda


def begin(agenda: Agenda) -> list[str]:
    """Start all that may start; their names."""
    begun = []
    while (job := agenda.next_job()) is not None:
        agenda.running[job.connector] = job
        begun.append(job.connector)
    return begun


def test_a_connector_is_due_at_its_time_and_not_before(tmp_path: Path) -> None:
    agenda = agenda_of(tmp_path, connector("wiki"))
    assert agenda.take_due(hours(1.99)) == ([], [])
    assert agenda.take_due(hours(2)) == ([Job("wiki", Cause.SCHEDULE)], [])
    assert agenda.following["wiki"] == hours(26)
    assert begin(agenda) == ["wiki"]


def test_times_that_were_missed_run_once(tmp_path: Path) -> None:
    agenda = agenda_of(tmp_path, connector("wiki"), last=-100, now=10)
    assert agenda.take_due(hours(10)) == ([Job("wiki", Cause.MISSED)], [])
    assert agenda.take_due(hours(10)) == ([], [])
    assert agenda.following["wiki"] == hours(26)


def test_what_ran_since_its_last_time_was_not_missed(tmp_path: Path) -> None:
    agenda = agenda_of(tmp_path, connector("wiki"), last=2.5, now=10)
    assert agenda.take_due(hours(10)) == ([], [])


def test_a_time_that_comes_while_the_sync_is_under_way_is_skipped(tmp_path: Path) -> None:
    agenda = agenda_of(tmp_path, connector("wiki", "0 * * * *"), last=0.5, now=0.5)
    agenda.take_due(hours(1))
    begin(agenda)
    assert agenda.take_due(hours(2)) == ([], [Skipped("wiki", running=True, following=hours(3))])
    del agenda.running["wiki"]
    assert agenda.take_due(hours(2.5)) == ([], [])
    assert agenda.take_due(hours(3)) == ([Job("wiki", Cause.SCHEDULE)], [])


def test_connectors_of_different_hosts_run_side_by_side(tmp_path: Path) -> None:
    agenda = agenda_of(tmp_path, connector("wiki"), connector("portal"))
    agenda.take_due(hours(2))
    assert begin(agenda) == ["wiki", "portal"]


def test_connectors_of_one_host_run_one_after_the_other(tmp_path: Path) -> None:
    shared = connector("blog", seeds=["https://wiki.test/blog/"])
    agenda = agenda_of(tmp_path, connector("wiki"), shared, connector("portal"))
    agenda.take_due(hours(2))
    assert begin(agenda) == ["wiki", "portal"]
    (waiting,) = agenda.waiting
    assert (waiting.connector, agenda.obstacle(waiting)) == ("blog", "wiki")
    del agenda.running["wiki"]
    assert begin(agenda) == ["blog"]


def test_only_so_many_run_at_once(tmp_path: Path) -> None:
    names = [f"site{number}" for number in range(7)]
    agenda = agenda_of(tmp_path, *(connector(name) for name in names))
    agenda.take_due(hours(2))
    assert begin(agenda) == names[:4]


def test_an_edited_schedule_counts_from_now_on(tmp_path: Path) -> None:
    agenda = agenda_of(tmp_path, connector("wiki"), connector("portal"), now=1)
    edited = settings_of(tmp_path / "edited", connector("wiki", "0 1 * * *"), connector("new"))
    agenda.configure(edited, {"wiki": hours(-100), "new": hours(5)}, hours(5))
    assert agenda.following == {"wiki": hours(25), "new": hours(26)}


def test_a_connector_without_a_schedule_is_never_due_but_known(tmp_path: Path) -> None:
    agenda = agenda_of(tmp_path, connector("wiki", None))
    assert agenda.following == {}
    assert agenda.knows("wiki")
    assert not agenda.knows("portal")


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        ({"seeds": ["https://a.example.com/"]}, {"seeds": ["https://b.example.com/"]}, False),
        ({"seeds": ["https://a.example.com/"]}, {"seeds": ["http://a.example.com:8080/x"]}, True),
        (
            {"seeds": ["https://a.example.com/"], "scope": {"follow": "subdomains"}},
            {"seeds": ["https://b.example.com/"]},
            True,
        ),
        (
            {"seeds": ["https://a.example.com/"], "scope": {"follow": "subdomains"}},
            {"seeds": ["https://b.example.org/"]},
            False,
        ),
        ({"seeds": ["https://a.test/"], "scope": {"follow": "any"}}, {"seeds": ["https://b.test/"]}, True),
        (
            {"seeds": ["https://a.test/"], "sitemaps": ["https://b.test/s.xml"]},
            {"seeds": ["https://b.test/"]},
            True,
        ),
    ],
)
def test_which_connectors_may_ask_one_host(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any], meet: bool
) -> None:
    settings = settings_of(tmp_path, connector("one", **first), connector("two", **second))
    one, two = (Reach.of(each) for each in settings.connectors)
    assert one.meets(two) is meet
    assert two.meets(one) is meet
