"""One Chromium for the run of a connector: launched with what keeps it harmless, and ended with the run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import (
    Browser,
    BrowserContext,
    Error,
    Playwright,
    StorageState,
    async_playwright,
)

from crawler.browser.egress import Egress
from crawler.browser.executable import BrowserError, find_chromium
from crawler.browser.flags import NO_LEAK, passed_on
from crawler.browser.home import browser_home
from crawler.browser.processes import MARK, end_processes, processes_of
from crawler.browser.request_rules import OnRefusal, RequestRule, hold_to, reading_only
from crawler.browser.trust_store import company_authorities, write_trust_store

LAUNCH_SECONDS: Final = 30.0
CLOSE_SECONDS: Final = 5.0
END_SECONDS: Final = 2.0
VIEWPORT: Final = (1280, 1000)


@dataclass(frozen=True, slots=True)
class BrowserSettings:
    """What holds for the whole browser."""

    ca_file: Path | None = None
    verify_tls: bool = True
    user_agent: str | None = None


class Chromium:
    """A running browser; what is opened in it ends with it."""

    def __init__(self, browser: Browser, settings: BrowserSettings, egress: Egress, mark: str) -> None:
        self._browser = browser
        self._settings = settings
        self.egress = egress
        self.mark = mark

    @property
    def version(self) -> str:
        """Such as ``156.0.8078.108``."""
        return self._browser.version

    async def new_context(
        self,
        *,
        rule: RequestRule = reading_only,
        on_refusal: OnRefusal | None = None,
        storage_state: StorageState | None = None,
    ) -> BrowserContext:
        """A session of its own: no download, no service worker, no permission. The caller closes it.

        `rule` says what may leave its pages: nothing but GET and HEAD, unless it is for a login; `on_refusal`
        is told of what may not. Pages are made in it by `guarded_page`, with the same rule.
        """
        width, height = VIEWPORT
        context = await self._browser.new_context(
            accept_downloads=False,
            ignore_https_errors=not self._settings.verify_tls,
            reduced_motion="reduce",
            service_workers="block",
            storage_state=storage_state,
            user_agent=self._settings.user_agent,
            viewport={"width": width, "height": height},
        )
        await hold_to(context, rule, *([] if on_refusal is None else [on_refusal]))
        return context


@asynccontextmanager
async def launch_chromium(egress: Egress, settings: BrowserSettings | None = None) -> AsyncIterator[Chromium]:
    """Run a browser that leaves by `egress` while the block runs; none of its processes outlives it.

    Raises `BrowserError` where there is none or it does not start.
    """
    settings = settings or BrowserSettings()
    mark = secrets.token_hex(8)
    with browser_home() as home:
        authorities = company_authorities()
        if settings.ca_file is not None:
            authorities.append(settings.ca_file)
        if authorities and settings.verify_tls:
            await write_trust_store(home, authorities)
        playwright = await _start_driver()
        try:
            browser = await _launch(playwright, egress, home, mark)
            yield Chromium(browser, settings, egress, mark)
        finally:
            await asyncio.shield(_end(playwright, mark))


async def _start_driver() -> Playwright:
    try:
        async with asyncio.timeout(LAUNCH_SECONDS):
            return await async_playwright().start()
    except (Error, TimeoutError) as error:
        raise BrowserError(f"the driver of the browser does not start: {_first_line(error)}") from error


async def _launch(playwright: Playwright, egress: Egress, home: Path, mark: str) -> Browser:
    executable = find_chromium(Path(playwright.chromium.executable_path))
    username, password = egress.credentials
    try:
        return await playwright.chromium.launch(
            executable_path=executable,
            headless=True,
            args=list(NO_LEAK),
            env={**passed_on(), "HOME": str(home), MARK: mark},
            proxy={"server": egress.address, "username": username, "password": password},
            # Chromium refuses to run as root with its sandbox.
            chromium_sandbox=os.geteuid() != 0,
            # The run ends it, also when it is interrupted.
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
            timeout=LAUNCH_SECONDS * 1000,
        )
    except Error as error:
        raise BrowserError(_why_not_started(executable, str(error))) from error


def _why_not_started(executable: Path, said: str) -> str:
    if "sandbox" in said.lower():
        return (
            f"{executable} cannot use its sandbox here: allow unprivileged user namespaces "
            "(sysctl kernel.unprivileged_userns_clone=1), or install Debian's package chromium-sandbox"
        )
    return f"{executable} does not start: {_first_line(said)}"


def _first_line(error: BaseException | str) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0].strip() if lines else type(error).__name__


async def _end(playwright: Playwright, mark: str) -> None:
    """End the browser by its driver; what does not go within seconds is killed."""
    processes = processes_of(mark)
    # A driver or a browser that hangs is not waited for: what follows does not ask them.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await playwright.stop()
    await end_processes(processes, END_SECONDS)
