"""What a login costs: pages per second behind NTLM beside the same pages without a login.

Both are served by the same process (asyncio, pyspnego's accepting side) and fetched by the same code, 8 at a
time, on new connections in each round: so the handshakes count. NTLM's is per connection, not per page.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Final

import uvloop

from benchmarks.report import Figure, alternate, print_figure
from catalog.canonical_url import WebAddress, parse_url
from catalog.task import FetchTask
from crawler.auth.negotiate import NegotiateScheme
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network
from crawler.fetch.tls import tls_context
from crawler.outcome import HtmlFetched
from crawler.rules.guard import Guard
from tests.support.handshake_server import HandshakeSite, serve_handshakes

WORKERS: Final = 8
PAGES: Final = 5_000
ROUNDS: Final = 5
BODY: Final = "<!doctype html><title>Page</title>" + "<p>What the intranet knows of something.</p>" * 200
PASSWORD: Final = "a-password-of-the-benchmark"


def main() -> None:
    """Measure both in turn and print the figure."""
    with tempfile.TemporaryDirectory() as folder:
        users = Path(folder) / "users"
        users.write_text(f"CORP:crawler:{PASSWORD}\n")
        environment = {"NTLM_USER_FILE": str(users)}
        with serve_handshakes("--offers", "Negotiate|NTLM", "--body", BODY, environment=environment) as site:
            compared = alternate(
                lambda: uvloop.run(_rate(site, "page", signs_in=True)),
                lambda: uvloop.run(_rate(site, "open", signs_in=False)),
                rounds=ROUNDS,
            )
            counts = site.counts()
    print(
        f"NTLM {compared.ours:.0f} pages/s, without a login {compared.peer:.0f}; "
        f"{counts['attempts'] / ROUNDS:.0f} handshakes for {PAGES:,} pages"
    )
    print_figure(Figure("auth", compared.ours, "pages/s with NTLM", "without a login", compared.peer))


async def _rate(site: HandshakeSite, folder: str, *, signs_in: bool) -> float:
    seed = parse_url(site.url())
    assert isinstance(seed, WebAddress)
    scheme = NegotiateScheme("ntlm", r"CORP\crawler", PASSWORD, origins=[site.origin], probe=seed)
    fetcher = HttpFetcher(
        Network(Guard.for_seeds([seed]), tls_context()),
        max_bytes=1_000_000,
        seconds=30.0,
        logins={site.origin: scheme.auth} if signs_in else {},
    )
    numbers = iter(range(PAGES))

    async def worker() -> None:
        for number in numbers:
            outcome = await fetcher.fetch(FetchTask(0, b"", site.url(f"/{folder}/{number}"), seed.host, 1))
            assert isinstance(outcome, HtmlFetched), outcome

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(WORKERS)))
    seconds = time.perf_counter() - began
    await fetcher.aclose()
    return PAGES / seconds


if __name__ == "__main__":
    main()
