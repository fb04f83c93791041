"""The browser leaves by our proxy alone, changes nothing outside a login, and ends with the run."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from catalog.vocabulary import Reason
from crawler.browser.chromium import BrowserSettings, launch_chromium
from crawler.browser.egress import Egress
from crawler.browser.executable import BrowserError, find_chromium
from crawler.browser.home import PREFIX, browser_home
from crawler.browser.pages import RenderedPage, open_page
from crawler.browser.processes import processes_of
from crawler.browser.request_rules import guarded_page
from crawler.outcome import Failed, Refused
from tests.crawler.browser.conftest import address, network_to
from tests.support.browser_sites import ScriptedSite
from tests.support.certificates import Authority
from tests.support.changing_site import page, serve_site

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


@pytest.mark.parametrize(("trusted", "verified"), [(True, True), (False, True), (False, False)])
async def test_a_companys_authority_holds_for_the_browser_too(
    tmp_path: Path, trusted: bool, verified: bool
) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.sign("localhost")
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    settings = BrowserSettings(ca_file=authority.file if trusted else None, verify_tls=verified)
    with serve_site({"/": page("Harbour")}, certificate=both) as site:
        async with (
            Egress(network_to(site.url())) as egress,
            launch_chromium(egress, settings) as chromium,
        ):
            opened = await open_page(await guarded_page(await chromium.new_context()), site.url(), egress)
    if trusted or not verified:
        assert isinstance(opened, RenderedPage)
        assert "Harbour" in opened.html
    else:
        assert isinstance(opened, Failed)
        assert opened.reason is Reason.TLS_FAILED
        assert "set tls.ca_file if the authority is yours" in opened.detail


async def test_a_file_that_holds_no_authority_is_named_before_the_browser_starts(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    async with Egress(network_to("http://127.0.0.1:9/")) as egress:
        with pytest.raises(BrowserError, match=r"cannot be made to trust `tls\.ca_file`"):
            async with launch_chromium(egress, BrowserSettings(ca_file=empty)):
                pass


async def test_a_run_that_is_cancelled_takes_its_browser_along() -> None:
    mark: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def run() -> None:
        async with Egress(network_to("http://127.0.0.1:9/")) as egress, launch_chromium(egress) as chromium:
            mark.set_result(chromium.mark)
            await asyncio.sleep(60)

    task = asyncio.ensure_future(run())
    running = await mark
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert processes_of(running) == []


async def test_the_browser_sees_no_variable_of_the_environment_that_may_hold_a_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INTRANET_PASSWORD", "salt-and-tide")
    async with Egress(network_to("http://127.0.0.1:9/")) as egress, launch_chromium(egress) as chromium:
        seen = await asyncio.to_thread(_environments_and_arguments, chromium.mark)
        assert b"SITELORE_BROWSER" in seen
        assert b"salt-and-tide" not in seen
        assert egress.credentials[1].encode() not in seen


def _environments_and_arguments(mark: str) -> bytes:
    folders = [Path(f"/proc/{process.id}") for process in processes_of(mark)]
    return b"".join((folder / name).read_bytes() for folder in folders for name in ("environ", "cmdline"))


def test_a_machine_without_chromium_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrowserError, match="no Chromium was found: install Debian's package chromium"):
        find_chromium(tmp_path / "chrome")
    own = tmp_path / "chrome"
    own.touch()
    assert find_chromium(own) == own


def test_the_home_of_a_run_that_was_killed_goes_with_the_next_one(tmp_path: Path) -> None:
    left, young = tmp_path / f"{PREFIX}left", tmp_path / f"{PREFIX}young"
    for home in (left, young):
        home.mkdir()
        (home / "in-use").touch()
    os.utime(left, (0, 0))
    with browser_home(tmp_path) as home:
        os.utime(home, (0, 0))
        with browser_home(tmp_path) as another:
            assert home.exists()
            assert another != home
        assert not left.exists()
        assert young.exists()
    assert not home.exists()
