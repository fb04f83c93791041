"""TLS client certificates: who sees them, and how a server's refusal is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from crawler.auth.client_certificate import ClientCertificateScheme
from crawler.auth.outcome import LoginFaultKind, LoginStep
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network
from crawler.fetch.tls import CertificateError, ClientCertificate, TlsContexts
from crawler.outcome import HtmlFetched
from crawler.rules.guard import Guard
from settings.proxy import TlsSettings
from tests.crawler.fetch.conftest import address, task
from tests.support.certificates import Authority
from tests.support.certified_apache import serve_members
from tests.support.certified_site import CertifiedSite, serve_by_openssl, serve_certified


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certified")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder)


@pytest.fixture(scope="module")
def site(folder: Path, authority: Authority) -> Iterator[CertifiedSite]:
    with serve_certified(folder, authority) as running:
        yield running


@asynccontextmanager
async def visitor(
    authority: Authority, shown: dict[str, ClientCertificate], *seeds: str
) -> AsyncIterator[HttpFetcher]:
    tls = TlsContexts.for_settings(TlsSettings(ca_file=authority.file), client_certificates=shown)
    network = Network(Guard.for_seeds([address(seed) for seed in seeds]), tls)
    fetcher = HttpFetcher(network, max_bytes=100_000, seconds=10.0)
    yield fetcher
    await fetcher.aclose()


def scheme_for(files: tuple[Path, Path], probe: str) -> ClientCertificateScheme:
    return ClientCertificateScheme(*files, origins=[address(probe).origin], probe=address(probe))


async def test_the_certificate_opens_its_origin_and_no_other_sees_it(
    authority: Authority, site: CertifiedSite
) -> None:
    certificate = ClientCertificate(*authority.sign("crawler"))
    steps: list[LoginStep] = []
    async with visitor(authority, {site.strict: certificate}, site.strict, site.open) as fetcher:
        scheme = scheme_for(authority.sign("crawler"), site.strict + "/")
        assert await scheme.sign_in(fetcher, steps.append) is None
        inside = await fetcher.fetch(task(site.strict + "/"))
        elsewhere = await fetcher.fetch(task(site.open + "/"))
    assert isinstance(inside, HtmlFetched)
    assert isinstance(elsewhere, HtmlFetched)
    assert (inside.body, elsewhere.body) == (b"<p>hello CN=crawler", b"<p>NONE")
    assert steps == [LoginStep("asked with the client certificate: answered 200", site.strict + "/")]


async def test_nginx_refuses_by_an_answer(authority: Authority, site: CertifiedSite, tmp_path: Path) -> None:
    foreign = Authority(tmp_path, "foreign").sign("stranger")
    for files, target, seen in (
        (foreign, "/", "it answered 400"),
        (authority.sign("crawler"), "/closed", "it answered 403"),
    ):
        scheme = scheme_for(files, site.strict + target)
        async with visitor(authority, {site.strict: ClientCertificate(*files)}, site.strict) as fetcher:
            fault = await scheme.sign_in(fetcher, lambda _step: None)
        assert fault is not None
        assert fault.kind is LoginFaultKind.REJECTED
        assert fault.sentence == (
            f"{site.strict} does not accept the client certificate {files[0]} ({seen}): "
            "have it or its authority admitted there, or correct `auth.certificate`"
        )
        assert scheme.fault is fault


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
async def test_a_server_that_refuses_by_tls_is_understood(
    authority: Authority, tmp_path: Path, version: str
) -> None:
    """With TLS 1.3 the alert comes after the handshake, in the place of an answer."""
    files = Authority(tmp_path, "foreign").sign("stranger")
    with serve_by_openssl(authority, version) as origin:
        scheme = scheme_for(files, origin + "/")
        async with visitor(authority, {origin: ClientCertificate(*files)}, origin) as fetcher:
            fault = await scheme.sign_in(fetcher, lambda _step: None)
        own = ClientCertificate(*authority.sign("crawler"))
        async with visitor(authority, {origin: own}, origin) as fetcher:
            assert isinstance(await fetcher.fetch(task(origin + "/")), HtmlFetched)
        async with visitor(authority, {}, origin) as fetcher:
            nothing_shown = await scheme_for(files, origin + "/").sign_in(fetcher, lambda _step: None)
    assert fault is not None
    assert fault.kind is LoginFaultKind.REJECTED
    assert "alert unknown ca): have it or its authority admitted there" in fault.sentence
    assert nothing_shown is not None
    assert nothing_shown.kind is LoginFaultKind.REJECTED


@pytest.mark.parametrize("protocol", ["TLSv1.2", "TLSv1.3"])
async def test_apache_asks_for_the_certificate_late_at_one_path_only(
    authority: Authority, tmp_path: Path, protocol: str
) -> None:
    """TLS 1.2 negotiates anew (RFC 5746), TLS 1.3 authenticates after the handshake (RFC 8446, 4.6.2)."""
    own = authority.sign("crawler")
    foreign = Authority(tmp_path, "foreign").sign("stranger")
    with serve_members(authority, protocol) as site:
        open_page, members = task(site.url("/open")), task(site.url("/members/list"))
        async with visitor(authority, {site.origin: ClientCertificate(*own)}, site.origin) as fetcher:
            assert await scheme_for(own, members.url).sign_in(fetcher, lambda _step: None) is None
            for page in (open_page, members, members, open_page):
                assert isinstance(await fetcher.fetch(page), HtmlFetched)
            together = await asyncio.gather(*(fetcher.fetch(members) for _ in range(4)))
            assert {type(outcome) for outcome in together} == {HtmlFetched}
        for files, shown in ((foreign, {site.origin: ClientCertificate(*foreign)}), (own, {})):
            async with visitor(authority, shown, site.origin) as fetcher:
                assert isinstance(await fetcher.fetch(open_page), HtmlFetched)
                fault = await scheme_for(files, members.url).sign_in(fetcher, lambda _step: None)
                assert isinstance(await fetcher.fetch(open_page), HtmlFetched)
            assert fault is not None
            assert fault.kind is LoginFaultKind.REJECTED
            assert fault.sentence.startswith(
                f"{site.origin} does not accept the client certificate {files[0]} ("
            )


async def test_a_certificate_whose_time_is_over_is_not_even_shown(authority: Authority) -> None:
    async with visitor(authority, {}) as fetcher:
        scheme = scheme_for(authority.sign("old", days=-1), "https://127.0.0.1:1/")
        fault = await scheme.sign_in(fetcher, lambda _step: None)
    assert scheme.is_stale()
    assert fault is not None
    assert "(it ended on " in fault.sentence


async def test_a_site_that_is_down_says_nothing_of_the_certificate(
    authority: Authority, refusing_port: int
) -> None:
    url = f"https://127.0.0.1:{refusing_port}/"
    async with visitor(authority, {}, url) as fetcher:
        fault = await scheme_for(authority.sign("crawler"), url).sign_in(fetcher, lambda _step: None)
    assert fault is not None
    assert fault.kind is LoginFaultKind.UNREACHABLE
    assert fault.sentence == f"the login could not be tried: 127.0.0.1:{refusing_port} refuses connections"


def test_another_certificate_is_another_secret(authority: Authority) -> None:
    first, second = (scheme_for(authority.sign(name), "https://a.test/") for name in ("one", "two"))
    assert first.secrets != second.secrets
    assert scheme_for(authority.sign("one"), "https://a.test/").secrets != first.secrets


def test_files_that_cannot_be_used_are_named_with_their_setting(authority: Authority, tmp_path: Path) -> None:
    certificate, key = authority.sign("one")
    _, other_key = authority.sign("two")
    _, encrypted = authority.sign("three", passphrase=b"hunter2")
    missing, text = tmp_path / "missing.pem", tmp_path / "text.pem"
    text.write_text("no certificate")
    for files, words in (
        ((missing, key), f"`auth.certificate` {missing}: No such file or directory"),
        ((certificate, missing), f"`auth.key` {missing}: No such file or directory"),
        ((certificate, other_key), f"`auth.key` {other_key}: the key does not belong to the certificate"),
        ((certificate, None), f"`auth.certificate` {certificate}: must hold a certificate (PEM) and its key"),
        ((text, key), f"`auth.certificate` {text} and `auth.key` {key}: must hold PEM"),
        ((certificate, encrypted), f"`auth.key` {encrypted}: the key is encrypted; write it in clear"),
    ):
        with pytest.raises(CertificateError) as raised:
            ClientCertificate(*files).check()
        assert str(raised.value).startswith(words)
    with pytest.raises(CertificateError) as raised:
        TlsContexts.for_settings(TlsSettings(ca_file=text))
    assert str(raised.value) == f"`tls.ca_file` {text}: holds no certificate (PEM)"
