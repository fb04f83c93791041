"""Fetchers and certificates for the tests."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from catalog.canonical_url import WebAddress, parse_url
from catalog.task import FetchTask
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network, Resolver
from crawler.fetch.tls import tls_context
from crawler.rules.guard import Guard

MakeFetcher = Callable[..., HttpFetcher]


def address(url: str) -> WebAddress:
    parsed = parse_url(url)
    assert isinstance(parsed, WebAddress)
    return parsed


def task(url: str, etag: str | None = None, last_modified: str | None = None) -> FetchTask:
    return FetchTask(1, b"", url, address(url).host, 1, etag=etag, last_modified=last_modified)


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """A sync runs on uvloop, tools and notebooks on asyncio: their transports differ in the details."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class StubResolver(Resolver):
    """Knows what the test says."""

    def __init__(self, names: dict[str, tuple[str, ...]]) -> None:
        super().__init__()
        self.names = names

    async def addresses(self, hostname: str) -> tuple[str, ...]:
        return self.names.get(hostname) or await super().addresses(hostname)


@pytest.fixture
async def make_fetcher() -> AsyncIterator[MakeFetcher]:
    """Builds fetchers for seeds and closes them after the test."""
    made: list[HttpFetcher] = []

    def make(
        *seeds: str,
        max_bytes: int = 1_000_000,
        seconds: float = 5.0,
        names: dict[str, tuple[str, ...]] | None = None,
        logins: dict[str, httpx2.Auth] | None = None,
        ca_file: Path | None = None,
        verify: bool = True,
    ) -> HttpFetcher:
        network = Network(
            Guard.for_seeds([address(seed) for seed in seeds]),
            tls_context(None if ca_file is None else str(ca_file), verify=verify),
            StubResolver(names or {}),
        )
        made.append(HttpFetcher(network, max_bytes=max_bytes, seconds=seconds, logins=logins))
        return made[-1]

    yield make
    for fetcher in made:
        await fetcher.aclose()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 and wiki.test, with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "wiki.test")])
    now = datetime.now(UTC)
    names = [x509.DNSName("wiki.test"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "site.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path
