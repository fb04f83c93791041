"""How connections are opened, kept, renewed and shared; what they carry to whom."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import httpx2
import pytest

from catalog.vocabulary import Reason
from crawler.fetch.clients import SiteClients
from crawler.fetch.network import AddressForbiddenError, Network, Resolver
from crawler.fetch.tls import tls_context
from crawler.outcome import Failed, HtmlFetched, Refused
from crawler.rules.guard import Guard
from tests.crawler.fetch.conftest import MakeFetcher, StubResolver, address, task
from tests.crawler.fetch.faux_site import answer, chunked, serve

PAGE = answer(b"<p>hello")


async def test_a_connection_is_used_again(make_fetcher: MakeFetcher) -> None:
    answers = {
        "/": PAGE,
        "/chunked": chunked(b"a", b"b"),
        "/missing": answer(b"sorry", "404 x"),
        "/moved": answer(b"there", "301 x", Location="/"),
    }
    async with serve(answers) as site:
        fetcher = make_fetcher(site.url())
        for target in (*answers, *answers):
            await fetcher.fetch(task(site.url(target)))
    assert (site.connections, len(site.requests)) == (1, 8)


@pytest.mark.parametrize(
    "raw",
    [
        answer(b"<p>hello", Connection="close"),
        PAGE.replace(b"HTTP/1.1", b"HTTP/1.0"),
        PAGE + b"and something that nobody asked for",
        PAGE + PAGE,
    ],
    ids=["close", "http-1.0", "garbage-after", "second-answer"],
)
async def test_a_connection_that_is_not_clean_is_not_used_again(
    make_fetcher: MakeFetcher, raw: bytes
) -> None:
    async with serve({"/": raw}) as site:
        fetcher = make_fetcher(site.url())
        for _ in range(2):
            outcome = await fetcher.fetch(task(site.url()))
            assert isinstance(outcome, HtmlFetched)
            assert outcome.body == b"<p>hello"
    assert site.connections == 2


async def test_a_body_that_was_refused_leaves_no_connection_behind(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": answer(b"x" * 500_000), "/small": PAGE}) as site:
        fetcher = make_fetcher(site.url(), max_bytes=1_000)
        assert isinstance(await fetcher.fetch(task(site.url())), Refused)
        assert isinstance(await fetcher.fetch(task(site.url("/small"))), HtmlFetched)
    assert site.connections == 2


async def test_a_request_on_a_connection_that_died_waiting_is_sent_once_more(
    make_fetcher: MakeFetcher,
) -> None:
    visits = 0

    async def leaves_on_the_second_visit(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal visits
        visits += 1
        if visits == 2:
            writer.transport.abort()
        else:
            writer.write(PAGE)

    async with serve({"/": leaves_on_the_second_visit}) as site:
        fetcher = make_fetcher(site.url())
        assert isinstance(await fetcher.fetch(task(site.url())), HtmlFetched)
        assert isinstance(await fetcher.fetch(task(site.url())), HtmlFetched)
    assert (site.connections, visits) == (2, 3)


async def test_connections_that_died_together_are_not_tried_one_by_one(make_fetcher: MakeFetcher) -> None:
    visits = 0
    meet = asyncio.Barrier(3)

    async def serve_three_at_once_then_leave(
        _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        nonlocal visits
        visits += 1
        if visits <= 3:
            await meet.wait()
        if visits == 4:
            writer.transport.abort()
        else:
            writer.write(PAGE)

    async with serve({"/": serve_three_at_once_then_leave}) as site:
        fetcher = make_fetcher(site.url())
        await asyncio.gather(*(fetcher.fetch(task(site.url())) for _ in range(3)))
        assert isinstance(await fetcher.fetch(task(site.url())), HtmlFetched)
    assert (site.connections, visits) == (4, 5)


async def test_a_fresh_connection_that_gives_no_answer_is_not_tried_again(make_fetcher: MakeFetcher) -> None:
    async def leave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with serve({"/": leave}) as site:
        assert isinstance(await make_fetcher(site.url()).fetch(task(site.url())), Failed)
    assert len(site.requests) == 1


async def test_cookies_are_not_kept(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": answer(b"<p>hello", Set_Cookie="session=1")}) as site:
        fetcher = make_fetcher(site.url())
        await fetcher.fetch(task(site.url()))
        await fetcher.fetch(task(site.url()))
    assert all("cookie" not in request.headers for request in site.requests)


async def test_nobody_listening_is_a_failure_in_words(make_fetcher: MakeFetcher, refusing_port: int) -> None:
    url = f"http://127.0.0.1:{refusing_port}/"
    expected = f"127.0.0.1:{refusing_port} refuses connections"
    assert await make_fetcher(url).fetch(task(url)) == Failed(Reason.CONNECTION_FAILED, expected)


async def test_an_unknown_name_is_a_failure_in_words(make_fetcher: MakeFetcher) -> None:
    outcome = await make_fetcher().fetch(task("http://no-such-host.invalid/"))
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.DNS_FAILED
    assert outcome.detail.startswith("the name no-such-host.invalid cannot be resolved: ")


async def test_a_forbidden_address_is_never_connected_to(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": PAGE}) as site:
        outcome = await make_fetcher("https://firm.example/").fetch(task(site.url()))
    expected = f"{site.host}: 127.0.0.1 is a local address; network.allow can permit it"
    assert outcome == Refused(Reason.FORBIDDEN_ADDRESS, expected)
    assert site.connections == 0


async def test_a_public_name_that_is_rebound_is_never_connected_to(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": PAGE}) as site:
        names = {"evil.example": ("127.0.0.1",)}
        outcome = await make_fetcher("https://firm.example/", names=names).fetch(
            task(f"http://evil.example:{site.port}/")
        )
    assert isinstance(outcome, Refused)
    assert site.connections == 0


async def test_an_address_that_does_not_answer_gives_way_to_the_next(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": PAGE}) as site:
        seed = f"http://wiki.test:{site.port}/"
        names = {"wiki.test": ("127.0.0.3", "127.0.0.1")}
        outcome = await make_fetcher(seed, names=names).fetch(task(seed))
    assert isinstance(outcome, HtmlFetched)
    assert site.requests[0].headers["host"] == f"wiki.test:{site.port}"


async def test_of_several_addresses_only_the_allowed_are_tried() -> None:
    async with serve({"/": PAGE}) as site:
        seed = address(f"http://wiki.test:{site.port}/")
        resolver = StubResolver({"wiki.test": ("169.254.169.254", "127.0.0.1")})
        network = Network(Guard.for_seeds([seed]), tls_context(), resolver)
        stream = await network.connect(seed.site, 5.0)
        assert stream.get_extra_info("peername")[0] == "127.0.0.1"
        stream.close()
        resolver.names["wiki.test"] = ("169.254.169.254",)
        with pytest.raises(AddressForbiddenError, match="is a cloud metadata address"):
            await network.connect(seed.site, 5.0)


async def test_names_are_resolved_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def getaddrinfo(name: str, *_rest: object, **_named: object) -> list[object]:
        asked.append(name)
        return [(None, None, None, "", ("192.0.2.1", 0)), (None, None, None, "", ("192.0.2.1", 0))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    resolver = Resolver()
    assert await resolver.addresses("wiki.test") == ("192.0.2.1",)
    assert await resolver.addresses("wiki.test") == ("192.0.2.1",)
    assert await resolver.addresses("10.0.0.1") == ("10.0.0.1",)
    assert await resolver.addresses("[fd00::1]") == ("fd00::1",)
    assert asked == ["wiki.test"]


async def test_the_site_asked_least_recently_is_closed(make_fetcher: MakeFetcher) -> None:
    seeds = [address(f"http://127.0.0.{number}:80/") for number in (1, 2, 3)]
    clients = SiteClients(Network(Guard.for_seeds(seeds), tls_context()), max_open=2)
    first = await clients.client(seeds[0].site)
    second = await clients.client(seeds[1].site)
    assert await clients.client(seeds[0].site) is first
    await clients.client(seeds[2].site)
    assert await clients.client(seeds[0].site) is first
    assert await clients.client(seeds[1].site) is not second


def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


async def test_an_unknown_authority_is_not_accepted_and_the_setting_named(
    make_fetcher: MakeFetcher, certificate: Path
) -> None:
    async with serve({"/": PAGE}, server_tls(certificate)) as site:
        outcome = await make_fetcher(site.url()).fetch(task(site.url()))
    expected = (
        f"the TLS certificate of {site.host} is not accepted: self-signed certificate; "
        "set tls.ca_file if the authority is yours"
    )
    assert outcome == Failed(Reason.TLS_FAILED, expected)
    assert not site.requests


async def test_an_own_authority_is_accepted_and_the_name_goes_along(
    make_fetcher: MakeFetcher, certificate: Path
) -> None:
    async with serve({"/": PAGE}, server_tls(certificate)) as site:
        seed = f"https://wiki.test:{site.port}/"
        fetcher = make_fetcher(seed, names={"wiki.test": ("127.0.0.1",)}, ca_file=certificate)
        assert isinstance(await fetcher.fetch(task(seed)), HtmlFetched)
    assert site.server_names == ["wiki.test"]
    assert site.requests[0].headers["host"] == f"wiki.test:{site.port}"


async def test_a_certificate_for_another_name_is_not_accepted(
    make_fetcher: MakeFetcher, certificate: Path
) -> None:
    async with serve({"/": PAGE}, server_tls(certificate)) as site:
        seed = f"https://other.test:{site.port}/"
        fetcher = make_fetcher(seed, names={"other.test": ("127.0.0.1",)}, ca_file=certificate)
        outcome = await fetcher.fetch(task(seed))
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.TLS_FAILED
    assert "Hostname mismatch" in outcome.detail


async def test_certificates_need_not_be_checked(make_fetcher: MakeFetcher, certificate: Path) -> None:
    async with serve({"/": PAGE}, server_tls(certificate)) as site:
        outcome = await make_fetcher(site.url(), verify=False).fetch(task(site.url()))
    assert isinstance(outcome, HtmlFetched)


async def test_a_server_without_tls_is_a_tls_fault(make_fetcher: MakeFetcher) -> None:
    async def speak_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak_plainly, "127.0.0.1", 0)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    outcome = await make_fetcher(url).fetch(task(url))
    server.close()
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.TLS_FAILED
    assert outcome.detail.endswith("wrong version number")


async def test_credentials_go_to_their_origin_only(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": PAGE}) as wiki, serve({"/": PAGE}) as other:
        logins: dict[str, httpx2.Auth] = {wiki.origin: httpx2.BasicAuth("jo", "secret")}
        fetcher = make_fetcher(wiki.url(), other.url(), logins=logins)
        await fetcher.fetch(task(wiki.url()))
        await fetcher.fetch(task(other.url()))
    assert wiki.requests[0].headers["authorization"] == "Basic am86c2VjcmV0"
    assert wiki.requests[0].headers["host"] == wiki.host
    assert "authorization" not in other.requests[0].headers


async def test_a_login_of_several_requests_stays_on_its_connection(make_fetcher: MakeFetcher) -> None:
    challenge = answer(b"?", "401 x", WWW_Authenticate='Digest realm="wiki", nonce="abc", qop="auth"')
    page = iter([challenge, PAGE])

    async def ask_then_let_in(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(next(page))

    async with serve({"/": ask_then_let_in}) as site:
        logins: dict[str, httpx2.Auth] = {site.origin: httpx2.DigestAuth("jo", "secret")}
        outcome = await make_fetcher(site.url(), logins=logins).fetch(task(site.url()))
    assert isinstance(outcome, HtmlFetched)
    assert site.connections == 1
    assert "authorization" not in site.requests[0].headers
    assert site.requests[1].headers["authorization"].startswith('Digest username="jo"')


async def test_a_rejected_login_is_a_refusal(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": answer(b"no", "401 x")}) as site:
        logins: dict[str, httpx2.Auth] = {site.origin: httpx2.BasicAuth("jo", "wrong")}
        outcome = await make_fetcher(site.url(), logins=logins).fetch(task(site.url()))
    assert outcome == Refused(Reason.UNAUTHORIZED, "the server answered 401", 401)
