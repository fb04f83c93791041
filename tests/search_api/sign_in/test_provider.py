"""What a provider says of itself, and when it is asked."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from catalog.sign_ins import Person
from catalog.vault import Vault
from search_api.identity.published import Published
from search_api.identity.refusals import ProviderError
from search_api.identity.tokens import TokenRules
from search_api.sign_in.exchange import Client
from search_api.sign_in.flow import Finished, SignInFlow
from search_api.sign_in.provider import Provider, parse_metadata
from search_api.sign_in.refusals import Refusal, SignInError
from tests.support.identity_provider import CLIENT_ID, CLIENT_SECRET, serving_provider

ISSUER = "https://id.example.com/realm"
DESCRIPTION = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://id.example.com/authorize?tenant=a",
    "token_endpoint": "https://id.example.com/token",
    "jwks_uri": "https://keys.example.com/",
}


def described(**changes: Any) -> bytes:
    told = {name: value for name, value in (DESCRIPTION | changes).items() if value is not None}
    return json.dumps(told).encode()


def test_what_a_provider_need_not_say_is_left_out() -> None:
    metadata = parse_metadata(described(), ISSUER)
    assert (metadata.userinfo_endpoint, metadata.end_session_endpoint) == (None, None)
    assert (metadata.takes_basic, metadata.names_itself) == (True, False)
    methods = parse_metadata(described(token_endpoint_auth_methods_supported=["client_secret_post"]), ISSUER)
    assert not methods.takes_basic


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"<html>", "is no JSON object"),
        (b"[" * 5_000, "is no JSON object"),
        (b"[]", "is no JSON object"),
        (described(issuer=f"{ISSUER}/"), f"calls itself '{ISSUER}/': write it exactly so"),
        (described(issuer=None), "calls itself None"),
        (described(token_endpoint=None), "names no token_endpoint"),
        (described(jwks_uri=7), "jwks_uri is no address: 7"),
        (described(authorization_endpoint="javascript:alert(1)"), "authorization_endpoint is no address"),
        (described(token_endpoint="http://id.example.com/token"), "token_endpoint is not https"),
        (described(userinfo_endpoint="http://id.example.com/"), "userinfo_endpoint is not https"),
    ],
)
def test_a_description_that_cannot_be_used_is_told(document: bytes, said: str) -> None:
    with pytest.raises(ProviderError) as raised:
        parse_metadata(document, ISSUER)
    assert said in str(raised.value)


def test_a_provider_that_is_gone_is_asked_again_after_a_pause_and_what_is_known_goes_on() -> None:
    now, answers, asked = [0.0], ["first"], []

    def read() -> str:
        asked.append(now[0])
        if not answers:
            raise ProviderError("gone")
        return answers.pop()

    published = Published(read, lambda: now[0])
    assert [published.current(60), published.current(60)] == ["first", "first"]
    now[0] = 61.0
    assert [published.current(60), published.current(60)] == ["first", "first"]
    assert asked == [0.0, 61.0]
    never = Published(read, lambda: now[0])
    for now[0] in (100.0, 101.0, 106.0):
        with pytest.raises(ProviderError, match="gone"):
            never.current(60)
    assert asked == [0.0, 61.0, 100.0, 106.0]


def test_the_secret_is_sent_and_the_answer_named_as_the_provider_wants_it() -> None:
    with serving_provider() as provider, httpx2.Client(trust_env=False) as browser:
        provider.metadata = {
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "authorization_response_iss_parameter_supported": True,
        }
        client = Client(CLIENT_ID, CLIENT_SECRET, ("openid",))
        rules, vault = TokenRules(provider.issuer, CLIENT_ID), Vault(b"k" * 32)
        flow = SignInFlow(Provider(provider.issuer), client, rules, vault, lifetime=timedelta(hours=1))

        def answered() -> Finished:
            begun = flow.begin("http://127.0.0.1/sign-in/callback", "/docs")
            back = httpx2.URL(browser.get(begun.location).headers["location"])
            return flow.finish(dict(back.params), begun.cookie)

        with pytest.raises(SignInError, match="of another provider"):
            answered()
        provider.answer = {"iss": provider.issuer}
        assert answered().person == Person("eva", ("board",))
        provider.answer |= {"code": ""}
        with pytest.raises(SignInError, match="no code in the answer"):
            answered()


def test_nobody_begins_to_sign_in_at_a_provider_that_is_gone(refusing_port: int) -> None:
    issuer = f"http://127.0.0.1:{refusing_port}"
    rules = TokenRules(issuer, "sitelore")
    vault, client = Vault(b"k" * 32), Client("sitelore", "geheim", ("openid",))
    flow = SignInFlow(Provider(issuer), client, rules, vault, lifetime=timedelta(hours=1))
    with pytest.raises(SignInError) as raised:
        flow.begin("http://127.0.0.1/sign-in/callback", "/")
    assert raised.value.refusal is Refusal.NOT_REACHED
    assert flow.end("a token", "http://127.0.0.1/") is None
    assert "geheim" not in repr(client)
