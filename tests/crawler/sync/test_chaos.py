"""Syncs killed at random points end as if nothing had been; `benchmarks.chaos` does it by the dozen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.writer import LARGEST_BATCH
from tests.support.changing_site import ChangingSite, serve_site
from tests.support.killing import CONCURRENCY, How, Plan, Reference, reference, run_trial


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ChangingSite, Reference]]:
    with serve_site() as site:
        yield site, reference(tmp_path_factory.mktemp("undisturbed"), site, index=False, syncs=1)


PLANS = (
    Plan(1, False, ((How.ALL, 60, 0.01), (How.MAIN, 190, 0.05))),
    Plan(2, False, ((How.POWER, 30, 0.0), (How.POWER, 250, 0.02))),
)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: "+".join(how for how, _, _ in plan.kills))
def test_a_sync_killed_twice_ends_as_if_nothing_had_been(
    plan: Plan, undisturbed: tuple[ChangingSite, Reference], tmp_path: Path
) -> None:
    site, expected = undisturbed
    trial = run_trial(plan, tmp_path, site, expected)
    assert trial.kills.total() == 2
    assert trial.faults == []
    assert trial.repeated <= 2 * (LARGEST_BATCH + CONCURRENCY)
