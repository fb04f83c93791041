"""The browser leaves by our proxy alone, changes nothing outside a login, and ends with the run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawler.browser.chromium import launch_chromium
from crawler.browser.egress import Egress
from crawler.browser.pages import RenderedPage, open_page
from crawler.browser.processes import processes_of
from crawler.browser.request_rules import guarded_page
from crawler.outcome import Refused
from tests.crawler.browser.conftest import address, network_to
from tests.support.browser_sites import ScriptedSite

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="the Debian package chromium is missing"),
]
REPOSITORY = Path(__file__).resolve().parents[3]
HOLDING = """
import asyncio
from crawler.browser.chromium import launch_chromium
from crawler.browser.egress import Egress
from tests.crawler.browser.conftest import network_to

async def main():
    async with Egress(network_to("http://127.0.0.1:9/")) as egress, launch_chromium(egress) as chromium:
        print(chromium.mark, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_outside_a_login_nothing_but_get_and_head_leaves_a_page(site: ScriptedSite) -> None:
    site.sessions.add("known")
    async with Egress(network_to(site.address)) as egress, launch_chromium(egress) as chromium:
        context = await chromium.new_context()
        await context.add_cookies([{"name": "harbour", "value": "known", "url": site.address}])
        opened = await open_page(await guarded_page(context), f"{site.address}/", egress)
        assert isinstance(opened, RenderedPage)
        assert "Berth seven is free." in opened.html
        assert (site.counts["GET"], site.counts["POST"]) == (1, 0)
        assert {passage.host for passage in egress.passages} == {address(site.address).hostname}
        forbidden = await open_page(await guarded_page(context), "http://169.254.169.254/", egress)
        assert isinstance(forbidden, Refused)
        assert "cloud metadata" in forbidden.detail
        mark = chromium.mark
        assert processes_of(mark)
    assert processes_of(mark) == []


def test_no_browser_outlives_a_run_that_was_killed() -> None:
    run = subprocess.Popen([sys.executable, "-c", HOLDING], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    mark = run.stdout.readline().strip()
    assert len(processes_of(mark)) > 2
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    run.stdout.close()
    deadline = time.monotonic() + 20
    while processes_of(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes_of(mark) == []
