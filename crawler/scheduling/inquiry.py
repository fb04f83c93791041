"""A question that takes a crawler's rules, answered by the command of that name in a process of its own.

The service asks for them (`catalog.scheduler.INQUIRIES`): what it may ask, and how, is decided here.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from crawler.scheduling.draft import UnusableDraftError, drafted
from crawler.scheduling.starting import start_child
from settings.faults import ConfigurationError

MOST_AT_ONCE: Final = 2
"""Each reads the ledger, or fetches pages."""
LONGEST_SECONDS: Final = 900.0
MOST_BYTES: Final = 8 * 2**20
"""Of an answer: it is kept in the catalog for a week."""
MOST_LINES: Final = 20
"""Of what a command that fails says."""
MOST_SAMPLED: Final = 1_000
LONGEST_URL: Final = 2_048
_PLACE: Final = re.compile(r"^\S+:\d+:\d+: ", re.MULTILINE)


class UnusableInquiryError(ValueError):
    """A question that cannot be put."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question: the JSON that its command printed, or what went wrong."""

    told: Mapping[str, Any] | None
    error: str | None = None

    @property
    def result(self) -> dict[str, Any]:
        """As it is kept with the command."""
        return {"error": self.error} if self.told is None else {"answer": dict(self.told)}


def arguments_of(name: str, asked: Mapping[str, Any]) -> tuple[str, ...]:
    """The command line for a question; raises `UnusableInquiryError`, also for what is no text of a URL."""
    match name, asked:
        case "plan", {"connector": str(connector), **rest}:
            sample, rules = rest.get("sample"), rest.get("rules")
            if not isinstance(rules, dict | None):
                raise UnusableInquiryError("rules are a mapping, as under a connector")
            if sample is not None and not (isinstance(sample, int) and 1 <= sample <= MOST_SAMPLED):
                raise UnusableInquiryError(f"a sample has 1 to {MOST_SAMPLED:,} pages")
            return ("plan", *(() if sample is None else ("--sample", str(sample))), "--", connector)
        case "explain", {"url": str(url)} if url and len(url) <= LONGEST_URL:
            return ("explain", "--", url)
        case "try", {"url": str(url)} if url and len(url) <= LONGEST_URL:
            return ("validate", f"--try={url}")
    raise UnusableInquiryError(f"`{name}` cannot be asked with {sorted(asked)}")


class Inquiry:
    """Runs a command to its end, and reads what it says.

    It reads the configuration file as it is, with what was edited since the last sync began, or with the
    `rules` that are to be tried: its faults are an answer.
    """

    def __init__(self, name: str, asked: Mapping[str, Any], config: Path) -> None:
        """Raises `UnusableInquiryError`."""
        command, *rest = arguments_of(name, asked)
        self._arguments: Final = (command, "--config", str(config), "--json", *rest)
        self._config: Final = config
        self._connector: Final = str(asked.get("connector"))
        self._rules: Final[Mapping[str, Any] | None] = asked.get("rules")
        self._process: asyncio.subprocess.Process | None = None
        self._stopped = False

    async def run(self) -> Answer:
        """The answer; never raises for what the command does."""
        if self._rules is None:
            return await self._answered(self._config)
        try:
            with drafted(self._config, self._connector, self._rules) as draft:
                answer = await self._answered(draft)
        except (UnusableDraftError, ConfigurationError, OSError, UnicodeDecodeError) as error:
            return Answer(None, str(error))
        # Its places are those of a file that nobody sees.
        return answer if answer.error is None else Answer(None, _PLACE.sub("", answer.error))

    async def _answered(self, configuration: Path) -> Answer:
        try:
            self._process = await start_child(self._arguments, configuration)
        except OSError as error:
            return Answer(None, f"no process could be started: {error.strerror or error}")
        if self._stopped:
            self.stop()
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                output, said = await self._process.communicate()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            return Answer(None, f"it took longer than {LONGEST_SECONDS / 60:.0f} minutes")
        return _answer(output, said)

    def stop(self) -> None:
        """Have it end without an answer."""
        self._stopped = True
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()


def _answer(output: bytes, said: bytes) -> Answer:
    if len(output) > MOST_BYTES:
        return Answer(None, f"the answer is larger than {MOST_BYTES // 2**20} MB")
    try:
        told = orjson.loads(output)
    except orjson.JSONDecodeError:
        words = said.decode(errors="replace").strip().splitlines()[-MOST_LINES:]
        return Answer(None, "\n".join(words) or "it ended without a word")
    return Answer(told)
