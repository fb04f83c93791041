"""The clock of the machine jumps by hours, between syncs and within one: pace, leases, runs do not mind."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from tests.support.changing_site import Answer, ChangingSite, Declared, page, serve_site
from tests.support.clock import FAKETIME, shown_by
from tests.support.syncing import PATIENCE_SECONDS, configure, finish, kept, start
from tests.support.warm.copies import Copy

PAGES = 12

pytestmark = pytest.mark.skipif(
    FAKETIME is None or shutil.which("faketime") is None, reason="the system package faketime is missing"
)


def sync_at(config: Path, clock: Path) -> Copy:
    """A sync by the clock that a file tells as its distance from the real one; monotonic time goes on."""
    return start(config, variables=shown_by(clock))


def pages() -> dict[str, Declared]:
    numbered = {f"/{number}": page(f"Page {number}") for number in range(PAGES)}
    return {"/": page("Start", *numbered), **numbered}


def configured(folder: Path, site: ChangingSite) -> Path:
    politeness = {"requests_per_minute": 600, "concurrency": 2}
    return configure(folder, {"name": "library", "seeds": [site.url()], "politeness": politeness})


@pytest.mark.parametrize("jump", ["-5h", "+5h"])
def test_a_sync_whose_clock_jumps_in_the_middle_goes_on_at_its_pace(jump: str, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0")
    with serve_site(pages()) as site:
        process = sync_at(configured(tmp_path, site), clock)
        wait_for(site, 4)
        clock.write_text(jump)
        synced = finish(process)
    assert (synced.code, synced.run["state"], synced.run["documents"]) == (0, "succeeded", PAGES + 1)
    assert 0.8 < synced.run["seconds"] < 1_000  # neither five hours nor minus five
    assert [each.path for each in site.take_log()].count("/0") == 1


def wait_for(site: ChangingSite, requests: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(site.log) < requests and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.mark.parametrize("jump", ["-5h", "+5h"])
def test_after_a_kill_the_next_sync_continues_though_the_clock_has_jumped(jump: str, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0")
    with serve_site(pages()) as site:
        config = configured(tmp_path, site)
        process = sync_at(config, clock)
        wait_for(site, 6)
        process.kill()
        process.communicate()
        clock.write_text(jump)
        synced = finish(sync_at(config, clock))
    assert (synced.code, synced.run["run"], synced.run["documents"]) == (0, 1, PAGES + 1)
    assert "continuing run 1" in synced.said
    assert set(kept(config).verdicts().values()) == {("indexed", None)}


def test_a_busy_server_is_asked_again_by_its_own_clock(tmp_path: Path) -> None:
    """It says `Retry-After: <a date>`, two seconds on by its clock; ours is five hours behind."""
    clock = tmp_path / "clock"
    clock.write_text("-5h")
    asked: list[float] = []

    def busy(_headers: object) -> Answer:
        asked.append(time.monotonic())
        if len(asked) > 1:
            return page("At last")
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 2))
        return Answer(b"busy", 503, headers={"Retry-After": date})

    with serve_site({"/": busy}) as site:
        synced = finish(sync_at(configured(tmp_path, site), clock))
    assert (synced.code, synced.run["documents"]) == (0, 1)
    assert len(asked) == 2
