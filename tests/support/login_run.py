"""A login driven as a sync drives it: through the real fetcher, by eight workers at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from catalog.canonical_url import WebAddress, parse_url
from catalog.task import FetchTask
from crawler.auth.outcome import LoginFault, LoginStep
from crawler.auth.scheme import Scheme
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network
from crawler.fetch.tls import tls_context
from crawler.outcome import HtmlFetched, Outcome, Refused
from crawler.rules.guard import Guard

WORKERS: Final = 8


def address(url: str) -> WebAddress:
    parsed = parse_url(url)
    assert isinstance(parsed, WebAddress)
    return parsed


@asynccontextmanager
async def fetching(
    scheme: Scheme | None, *seeds: str, ca_file: Path | None = None
) -> AsyncIterator[HttpFetcher]:
    """A fetcher for these seeds with this login, closed at the end."""
    fetcher = HttpFetcher(
        Network(
            Guard.for_seeds([address(seed) for seed in seeds]),
            tls_context(None if ca_file is None else str(ca_file)),
        ),
        max_bytes=1_000_000,
        seconds=20.0,
        logins={} if scheme is None else dict.fromkeys(scheme.origins, scheme.auth),
    )
    try:
        yield fetcher
    finally:
        await fetcher.aclose()


async def fetch_all(fetcher: HttpFetcher, urls: Iterable[str]) -> list[Outcome]:
    """Fetch these pages with eight workers that all begin at the same moment."""
    remaining = iter(urls)
    outcomes: list[Outcome] = []

    async def worker() -> None:
        for url in remaining:
            outcome = await fetcher.fetch(FetchTask(1, b"", url, address(url).host, 1))
            outcomes.append(outcome)

    await asyncio.gather(*(worker() for _ in range(WORKERS)))
    return outcomes


async def run_login(
    scheme: Scheme, urls: Sequence[str], *seeds: str, ca_file: Path | None = None
) -> list[Outcome]:
    """Fetch pages at once, nobody having signed in before."""
    async with fetching(scheme, *(seeds or urls[:1]), ca_file=ca_file) as fetcher:
        return await fetch_all(fetcher, urls)


async def sign_in(scheme: Scheme, *seeds: str, ca_file: Path | None = None) -> LoginFault | None:
    """Sign in alone, and see that no step tells a secret."""
    steps: list[LoginStep] = []
    async with fetching(scheme, *seeds, ca_file=ca_file) as fetcher:
        fault = await scheme.sign_in(fetcher, steps.append)
    assert_no_secret(scheme, steps, fault, scheme.fault)
    return fault


def statuses(outcomes: Iterable[Outcome]) -> set[int | str]:
    """What the pages were answered with; the whole outcome where it is neither a page nor a refusal."""
    return {
        outcome.status
        if isinstance(outcome, HtmlFetched | Refused) and outcome.status is not None
        else repr(outcome)
        for outcome in outcomes
    }


def assert_no_secret(scheme: Scheme, *others: object) -> None:
    """Neither a repr nor a sentence tells the password; the account may be named."""
    shown = repr(scheme) + repr(scheme.auth) + "".join(f"{other!r}{other}" for other in others)
    for secret in scheme.secrets[1:]:
        assert secret
        assert secret not in shown
