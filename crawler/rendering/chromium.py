"""A Chromium that has no network: started over a pipe, its way out closed, ended with its process group."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from crawler.browser.executable import SYSTEM_NAMES, BrowserError, find_chromium
from crawler.browser.flags import NO_LEAK, passed_on
from crawler.browser.home import browser_home
from crawler.browser.processes import MARK, end_processes, processes_of
from crawler.rendering.cdp import CdpConnection, CdpError

START_SECONDS: Final = 30.0
CLOSE_SECONDS: Final = 3.0
END_SECONDS: Final = 2.0
NAMES: Final = ("chromium-headless-shell", "chrome-headless-shell", *SYSTEM_NAMES)
"""The shell has no windows to manage: it takes half of the browser's processor time for a page."""
_FIRST_FREE: Final = 10
"""Descriptors are moved above what Chromium reads (3) and writes (4)."""
_FLAGS: Final = (
    *NO_LEAK,
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-default-browser-check",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-hang-monitor",
    "--disable-ipc-flooding-protection",
    "--disable-popup-blocking",  # pop-ups are seen, their address taken, and closed
    "--disable-prompt-on-repost",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-dev-shm-usage",
    "--disable-print-preview",
    "--disable-notifications",
    "--deny-permission-prompts",
    "--mute-audio",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--password-store=basic",
    "--use-mock-keychain",
    "--window-size=1280,800",
    "--force-device-scale-factor=0.5",  # a quarter of the points to paint for nobody, the same layout
    "--force-prefers-reduced-motion",  # nobody sees a page slide in, each frame of it costs
    "--blink-settings=imagesEnabled=false",
    "--disable-features=Translate,OptimizationHints,MediaRouter,InterestFeedContentSuggestions,"
    "PaintHolding,BackForwardCache,Prerender2,SpeculationRulesPrefetchProxy,GlobalMediaControls,"
    "DialMediaRouteProvider,AutofillServerCommunication,ServiceWorkerStaticRouter",
)


class RenderingBrowser:
    """A running browser: its pipe, and the mark of its processes."""

    def __init__(self, connection: CdpConnection, process: int, mark: str) -> None:
        self.connection = connection
        self.process = process
        self.mark = mark


@asynccontextmanager
async def launch_rendering_browser(flags: Sequence[str] = ()) -> AsyncIterator[RenderingBrowser]:
    """Run a Chromium while the block runs; none of its processes outlives it.

    Raises `BrowserError` where there is none or it does not start.
    """
    executable = find_chromium(names=NAMES)
    mark = secrets.token_hex(8)
    with browser_home() as home, _closed_way_out() as port, _log(home) as log:
        # Chromium refuses to run as root with its sandbox.
        root = ("--no-sandbox",) if os.geteuid() == 0 else ()
        arguments = [
            *_FLAGS,
            *root,
            *flags,
            f"--proxy-server=http://127.0.0.1:{port}",
            "--proxy-bypass-list=<-loopback>",
            f"--user-data-dir={home / 'profile'}",
            "about:blank",
        ]
        environment = {**passed_on(), "HOME": str(home), MARK: mark}
        connection, process = await _start(executable, arguments, environment, log)
        try:
            try:
                await connection.send("Browser.getVersion", seconds=START_SECONDS)
            except CdpError as error:
                raise BrowserError(_why_not_started(executable, home / "log")) from error
            yield RenderingBrowser(connection, process, mark)
        finally:
            await asyncio.shield(_end(connection, process, mark))


async def _start(
    executable: Path, arguments: Sequence[str], environment: dict[str, str], log: int
) -> tuple[CdpConnection, int]:
    # The kernel kills it when the thread dies that started it, which is the event loop's.
    process, commands, answers = _spawn([*_dies_with_us(), str(executable), *arguments], environment, log)
    loop = asyncio.get_running_loop()
    connection = CdpConnection()
    writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(commands, "wb", 0))
    await loop.connect_read_pipe(lambda: connection, os.fdopen(answers, "rb", 0))
    connection.use(writer)
    return connection, process


def _spawn(command: list[str], environment: dict[str, str], log: int) -> tuple[int, int, int]:
    """Start the process; its id, and our ends of the pipes: for commands (its 3) and for answers (its 4)."""
    commands_out, commands_in = _pipe()
    answers_out, answers_in = _pipe()
    try:
        process = os.posix_spawn(
            command[0],
            command,
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, log, 1),
                (os.POSIX_SPAWN_DUP2, log, 2),
                (os.POSIX_SPAWN_DUP2, commands_out, 3),
                (os.POSIX_SPAWN_DUP2, answers_in, 4),
            ],
            setpgroup=0,
        )
    finally:
        os.close(commands_out)
        os.close(answers_in)
    return process, commands_in, answers_out


def _why_not_started(executable: Path, log: Path) -> str:
    said = log.read_text("utf-8", "replace")
    if "No usable sandbox" in said:
        return (
            f"{executable} cannot use its sandbox here: allow unprivileged user namespaces "
            "(sysctl kernel.unprivileged_userns_clone=1), or install Debian's package chromium-sandbox"
        )
    lines = [line for line in said.splitlines() if line.strip()]
    return f"{executable} does not start: {lines[-1].strip() if lines else 'it says nothing'}"


async def _end(connection: CdpConnection, process: int, mark: str) -> None:
    """Ask the browser to close; what is left of its processes after seconds is killed."""
    processes = processes_of(mark)
    with contextlib.suppress(CdpError):  # it may be gone, or hang: what follows does not ask it
        await connection.send("Browser.close", seconds=CLOSE_SECONDS)
    connection.close()
    await end_processes(processes, END_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    await asyncio.to_thread(os.waitpid, process, 0)


def _pipe() -> tuple[int, int]:
    """A pipe whose two ends are above the descriptors that Chromium is given."""
    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE) for end in ends)
    for end in ends:
        os.close(end)
    return moved[0], moved[1]


def _dies_with_us() -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []


@contextmanager
def _closed_way_out() -> Iterator[int]:
    """A port of loopback that is ours and refuses every connection: what is not answered by us fails."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextmanager
def _log(home: Path) -> Iterator[int]:
    with (home / "log").open("wb") as file:
        yield file.fileno()
