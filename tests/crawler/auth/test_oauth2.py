"""OAuth 2 client credentials against a token endpoint that follows RFC 6749 to the letter."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from crawler.auth.oauth2 import OAuth2Scheme
from crawler.auth.outcome import LoginFault, LoginFaultKind
from crawler.auth.token_answer import AccessToken, access_token, read_token_answer
from crawler.fetch.answer import Answer
from tests.support.login_run import address, assert_no_secret, fetch_all, fetching, sign_in, statuses
from tests.support.ports import refusing_port
from tests.support.token_server import CLIENT, SECRET, TokenServer, serve_tokens


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with serve_tokens() as running:
        yield running


def scheme_for(
    server: TokenServer,
    secret: str = SECRET,
    scope: str | None = None,
    token_url: str | None = None,
    headers: dict[str, str] | None = None,
) -> OAuth2Scheme:
    return OAuth2Scheme(
        address(token_url or server.token_url),
        CLIENT,
        secret,
        scope,
        origins=[server.address],
        probe=address(server.page(0)),
        headers=headers,
    )


async def signed_in(server: TokenServer, scheme: OAuth2Scheme) -> LoginFault | None:
    return await sign_in(scheme, server.address)


async def test_one_token_opens_three_hundred_pages_to_eight_workers(server: TokenServer) -> None:
    scheme = scheme_for(server)
    async with fetching(scheme, server.address) as fetcher:
        assert await scheme.sign_in(fetcher, lambda _step: None) is None
        outcomes = await fetch_all(fetcher, [server.page(number) for number in range(300)])
    assert statuses(outcomes) == {200}
    assert server.counts == {"attempts": 1, "tokens": 1, "pages": 301}
    assert not scheme.is_stale()


async def test_a_server_that_wants_the_secret_in_the_body_gets_it_there_from_then_on(
    server: TokenServer,
) -> None:
    server.takes = "body"
    scheme = scheme_for(server)
    assert await signed_in(server, scheme) is None
    assert server.counts["attempts"] == 2
    assert await signed_in(server, scheme) is None
    assert server.counts["attempts"] == 3


@pytest.mark.parametrize("status", [400, 401])
async def test_a_rejected_secret_is_shown_twice_and_never_again(server: TokenServer, status: int) -> None:
    said = {"error": "invalid_client", "error_description": "no such\nclient"}
    server.refusal = JSONResponse(said, status)
    scheme = scheme_for(server, "last year's grain")
    fault = await signed_in(server, scheme)
    assert fault is not None
    assert fault.kind is LoginFaultKind.REJECTED
    assert fault.sentence == (
        f"{server.address} rejected the secret of the client crawler: north (invalid_client: "
        '"no such client"): correct `auth.client_id` or `auth.client_secret`'
    )
    assert await signed_in(server, scheme) is fault
    async with fetching(scheme, server.address) as fetcher:
        assert statuses(await fetch_all(fetcher, [server.page(1)] * 8)) == {401}
    assert server.counts["attempts"] == 2


async def test_a_secret_that_is_not_good_any_more_costs_one_attempt(server: TokenServer) -> None:
    scheme = scheme_for(server)
    assert await signed_in(server, scheme) is None
    server.refusal = JSONResponse({"error": "invalid_client"}, 401)
    fault = await signed_in(server, scheme)
    assert fault is not None
    assert fault.kind is LoginFaultKind.REJECTED
    assert server.counts["attempts"] == 2


async def test_a_server_that_repeats_the_secret_is_not_repeated(server: TokenServer) -> None:
    scheme = scheme_for(server, "the grain of last year")
    server.words = "the secret the grain of last year is wrong"
    fault = await signed_in(server, scheme)
    assert fault is not None
    assert "(invalid_client): correct" in fault.sentence


async def test_the_scope_is_asked_for(server: TokenServer) -> None:
    server.accepts = "read files"
    assert await signed_in(server, scheme_for(server, scope="read files")) is None


async def test_an_unknown_scope_is_named_as_the_thing_to_correct(server: TokenServer) -> None:
    fault = await signed_in(server, scheme_for(server, scope="write"))
    assert fault is not None
    assert fault.kind is LoginFaultKind.NO_EFFECT
    assert fault.sentence == (
        f"{server.address} gives the client crawler: north no token for these scopes (invalid_scope: "
        '"never heard of it"): correct `auth.scope`'
    )
    assert server.counts["attempts"] == 1


async def test_a_token_that_the_site_does_not_take_is_a_fault(server: TokenServer) -> None:
    server.accepts = "read files"
    scheme = scheme_for(server)
    fault = await signed_in(server, scheme)
    assert fault is not None
    assert fault.kind is LoginFaultKind.NO_EFFECT
    assert fault.sentence == (
        f"{server.address} gave a token, but {server.address} does not take it (401): check `auth.scope` "
        "and `auth.token_url`"
    )
    assert scheme.dump() is None


@pytest.mark.parametrize(
    ("answer", "kind", "part"),
    [
        (JSONResponse({"error": "unauthorized_client"}, 400), "NOT_OFFERED", "have this grant allowed"),
        (JSONResponse({"error": "unsupported_grant_type"}, 400), "NOT_OFFERED", "set `auth.type`"),
        (
            JSONResponse({"access_token": "t", "token_type": "mac"}),
            "NOT_OFFERED",
            'no bearer token (token_type: "mac")',
        ),
        (PlainTextResponse("<h1>Welcome</h1>"), "NO_EFFECT", "(status 200): is `auth.token_url` the token"),
        (PlainTextResponse("what?", 404), "NO_EFFECT", "(status 404): is `auth.token_url` the token"),
        (RedirectResponse("https://id.example/"), "NO_EFFECT", "(status 307): is `auth.token_url` the token"),
        (JSONResponse({"access_token": "a\nb"}), "NO_EFFECT", "no token that can be used (status 200)"),
        (JSONResponse(["no object"]), "NO_EFFECT", "no token that can be used (status 200)"),
        (PlainTextResponse("[" * 100_000), "NO_EFFECT", "no token that can be used (status 200)"),
        (PlainTextResponse("later", 503), "UNREACHABLE", "(status 503): try again later"),
        (PlainTextResponse("slower", 429), "UNREACHABLE", "(status 429): try again later"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_other_answers_are_told_apart_and_cost_one_attempt(
    server: TokenServer, answer: Response, kind: str, part: str
) -> None:
    server.refusal = answer
    scheme = scheme_for(server)
    fault = await signed_in(server, scheme)
    assert fault is not None
    assert fault.kind is LoginFaultKind[kind]
    assert part in fault.sentence
    assert server.counts["attempts"] == 1
    assert scheme.fault is None


async def test_a_token_endpoint_that_is_down_is_told_from_a_site_that_is(server: TokenServer) -> None:
    nobody = f"http://127.0.0.1:{refusing_port()}"
    scheme = scheme_for(server, token_url=f"{nobody}/token")
    fault = await sign_in(scheme, server.address, nobody)
    assert fault is not None
    assert fault.kind is LoginFaultKind.UNREACHABLE
    assert fault.sentence.startswith(f"the token endpoint {nobody} could not be asked: ")


class TestTheEndOfAToken:
    async def test_it_is_stale_some_time_before(self, server: TokenServer) -> None:
        server.extra = {"expires_in": 1}  # it says so, but takes the token for an hour
        scheme = scheme_for(server)
        assert await signed_in(server, scheme) is None
        await asyncio.sleep(0.92)
        assert scheme.is_stale()
        async with fetching(scheme, server.address) as fetcher:
            assert await scheme.sign_in(fetcher, lambda _step: None) is None
        assert server.counts["tokens"] == 2
        assert server.counts["refused"] == 0

    def test_a_long_life_is_ended_a_minute_early_and_a_short_one_by_a_tenth(self) -> None:
        long, short = access_token("t", 3_600.0, 0.0), access_token("t", 100.0, 0.0)
        assert long is not None
        assert short is not None
        assert (long.is_stale(3_539.0), long.is_stale(3_540.0)) == (False, True)
        assert (short.is_stale(89.0), short.is_stale(90.0)) == (False, True)

    @pytest.mark.parametrize(
        ("said", "end"),
        [
            ("3599", 3_609.0),
            (3599, 3_609.0),
            (1.5, 11.5),
            *((unknown, None) for unknown in (None, 0, -1, "soon", True, [1], float("nan"), "inf")),
        ],
    )
    def test_an_end_that_is_not_told_is_no_end(self, said: object, end: float | None) -> None:
        body = json.dumps({"access_token": "t", "expires_in": said}).encode()
        token = read_token_answer(Answer(200, {}, body, 1), 10.0, [])
        assert isinstance(token, AccessToken)
        assert token.ends == end
        assert token.is_stale(1e12) is (end is not None)


class TestTheNextRun:
    async def test_it_takes_up_the_token_of_the_last_one(self, server: TokenServer) -> None:
        first, second = scheme_for(server), scheme_for(server)
        assert await signed_in(server, first) is None
        state = first.dump()
        assert state is not None
        assert SECRET.encode() not in state
        assert second.load(state)
        async with fetching(second, server.address) as fetcher:
            assert statuses(await fetch_all(fetcher, [server.page(1)])) == {200}
        assert server.counts["tokens"] == 1

    async def test_not_one_that_was_asked_for_with_another_scope(self, server: TokenServer) -> None:
        first = scheme_for(server)
        assert await signed_in(server, first) is None
        state = first.dump()
        assert state is not None
        assert not scheme_for(server, scope="read files").load(state)

    async def test_nor_one_that_has_ended(self, server: TokenServer) -> None:
        first = scheme_for(server)
        assert await signed_in(server, first) is None
        state = json.loads(first.dump() or b"")
        assert not scheme_for(server).load(json.dumps({**state, "ends": 1.0}).encode())

    @pytest.mark.parametrize("state", [b"", b"\xff", b"[]", b"{}", b'{"token": "t"}', b"null"])
    def test_nor_anything_else(self, server: TokenServer, state: bytes) -> None:
        assert not scheme_for(server).load(state)


async def test_a_token_that_the_server_forgot_is_replaced_by_signing_in_again(server: TokenServer) -> None:
    scheme = scheme_for(server)
    async with fetching(scheme, server.address) as fetcher:
        assert await scheme.sign_in(fetcher, lambda _step: None) is None
        server.end_tokens()
        assert statuses(await fetch_all(fetcher, [server.page(1)])) == {401}
        assert await scheme.sign_in(fetcher, lambda _step: None) is None
        assert statuses(await fetch_all(fetcher, [server.page(1)])) == {200}


async def test_neither_secret_nor_token_shows(server: TokenServer) -> None:
    scheme = scheme_for(server, headers={"X-Api-Key": "also secret"})
    assert await signed_in(server, scheme) is None
    token = json.loads(scheme.dump() or b"")["token"]
    shown = repr(scheme) + repr(scheme.auth) + repr(vars(scheme)["_token"]) + repr(vars(scheme)["_bearer"])
    assert token not in shown
    assert "also secret" not in shown
    assert_no_secret(scheme)
