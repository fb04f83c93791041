"""Tokens: only what is genuine, meant for us and of now says who asks."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_api.identity.key_sets import KeySource, parse_keys
from search_api.identity.refusals import ProviderError, UnknownCallerError
from search_api.identity.tokens import TokenChecker, TokenRules
from tests.support.token_signing import AUDIENCE, ISSUER, Signer, rsa_signer

SIGNER = Signer()
RULES = TokenRules(ISSUER, AUDIENCE)


def checker(signer: Signer = SIGNER, rules: TokenRules = RULES) -> TokenChecker:
    return TokenChecker(KeySource(signer.key_set), rules)


def part(value: object) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def refused(token: str, check: TokenChecker | None = None) -> str:
    with pytest.raises(UnknownCallerError) as raised:
        (check or checker()).claimed(token)
    return str(raised.value)


@pytest.mark.parametrize("signer", [SIGNER, rsa_signer()], ids=["EC", "RSA"])
def test_a_genuine_token_says_who_asks(signer: Signer) -> None:
    claimed = checker(signer).claimed(signer.token("eva", groups=["hr", "cn=it,dc=example"]))
    assert claimed.principals == {"everyone", "user:eva", "group:hr", "group:cn=it,dc=example"}


def test_claims_may_lie_in_objects_and_names_may_hold_dots() -> None:
    rules = TokenRules(ISSUER, AUDIENCE, "https://example.com/user", "realm_access.roles")
    told: dict[str, Any] = {"https://example.com/user": "bob", "realm_access": {"roles": "one"}}
    claimed = checker(rules=rules).claimed(SIGNER.token(**told))
    assert (claimed.user, claimed.groups) == ("bob", ("one",))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"exp": 1_000}, "the token has expired"),
        ({"exp": None}, "has no time of expiry"),
        ({"exp": "tomorrow"}, "has no time of expiry"),
        ({"exp": True}, "has no time of expiry"),
        ({"nbf": 9_999_999_999}, "is not valid yet"),
        ({"iss": "https://evil.example/"}, "is of another issuer"),
        ({"iss": None}, "is of another issuer"),
        ({"aud": "another"}, "is meant for another service"),
        ({"aud": ["another"]}, "is meant for another service"),
        ({"aud": None}, "is meant for another service"),
        ({"sub": None}, "claim sub holds no name of a user"),
        ({"sub": 7}, "claim sub holds no name of a user"),
        ({"sub": " "}, "claim sub holds no name of a user"),
        ({"groups": 7}, "claim groups holds no list of groups"),
        ({"groups": {"hr": 1}}, "claim groups holds no list of groups"),
        ({"groups": ["hr", None]}, "claim groups holds something that is no name"),
        ({"_claim_names": {"groups": "src1"}}, "because they are too many"),
        ({"hasgroups": True}, "because they are too many"),
    ],
)
def test_a_token_that_does_not_say_what_it_must_is_refused(changes: dict[str, Any], said: str) -> None:
    assert said in refused(SIGNER.token(**changes))


def test_an_audience_among_several_is_enough() -> None:
    assert checker().claimed(SIGNER.token(aud=["another", AUDIENCE])).user == "eva"


def test_the_public_key_is_no_shared_secret() -> None:
    signer = rsa_signer()
    signed = f"{part({'alg': 'HS256', 'kid': 'rsa'})}.{part(signer.claims())}"
    mac = hmac.digest(signer.key.as_pem(private=False), signed.encode(), "sha256")
    forged = f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
    assert "must be signed with one of RS256" in refused(forged, checker(signer))


def test_a_token_without_signature_is_refused() -> None:
    for algorithm in ("none", "None", "NONE", None, ["ES256"], {"a": 1}):
        token = f"{part({'alg': algorithm, 'kid': 'one'})}.{part(SIGNER.claims())}."
        assert "must be signed with one of" in refused(token)


def test_a_signature_by_another_key_of_the_same_name_is_refused() -> None:
    assert refused(Signer().token()) == "the token's signature is not right"


def test_a_changed_token_is_refused() -> None:
    header, _, signature = SIGNER.token().split(".")
    other = SIGNER.token("admin").split(".")[1]
    assert refused(f"{header}.{other}.{signature}") == "the token's signature is not right"


def test_a_key_for_one_algorithm_signs_with_no_other() -> None:
    signer = rsa_signer()
    signer.key = type(signer.key).import_key(signer.key.as_dict(private=True) | {"alg": "RS512"})
    assert "does not publish" in refused(rsa_signer().token(), checker(signer))


@pytest.mark.parametrize("verified", [False, "false"])
def test_an_address_that_was_not_verified_names_nobody(verified: object) -> None:
    check = checker(rules=TokenRules(ISSUER, AUDIENCE, "email"))
    told: dict[str, Any] = {"email": "eva@example.com", "email_verified": verified}
    assert "was not verified" in refused(SIGNER.token(**told), check)
    assert check.claimed(SIGNER.token(**told | {"email_verified": True})).user == "eva@example.com"
    assert check.claimed(SIGNER.token(**told | {"email_verified": None})).user == "eva@example.com"


def test_what_must_be_understood_and_is_not_is_refused() -> None:
    header = {"alg": "ES256", "kid": "one", "crit": ["exp"]}
    signature = SIGNER.token().split(".")[2]
    assert "not right" in refused(f"{part(header)}.{part(SIGNER.claims())}.{signature}")


def test_a_new_key_is_looked_for_but_not_at_every_question() -> None:
    now, reads, signer = [0.0], [], Signer()

    def read() -> bytes:
        reads.append(now[0])
        return signer.key_set()

    check = TokenChecker(KeySource(read, lambda: now[0]), RULES)
    check.claimed(signer.token())
    signer.key = type(signer.key).generate_key("P-256", {"kid": "two", "use": "sig"}, auto_kid=False)
    for _ in range(3):
        assert "does not publish" in refused(signer.token(), check)
    assert len(reads) == 1
    now[0] = 31.0
    assert check.claimed(signer.token()).user == "eva"
    assert len(reads) == 2


def test_keys_that_cannot_be_read_let_nobody_in_and_known_ones_go_on() -> None:
    now, answers = [0.0], [SIGNER.key_set()]

    def read() -> bytes:
        if not answers:
            raise ProviderError("the identity provider cannot be asked")
        return answers.pop()

    check = TokenChecker(KeySource(read, lambda: now[0]), RULES)
    check.claimed(SIGNER.token())
    now[0] = 4_000.0
    assert check.claimed(SIGNER.token()).user == "eva"
    with pytest.raises(ProviderError, match="cannot be asked"):
        TokenChecker(KeySource(read), RULES).claimed(SIGNER.token())


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"keys": 7}', b"\xff", b"[" * 5_000])
def test_what_is_no_key_set_is_told(document: bytes) -> None:
    with pytest.raises(ProviderError, match="no JSON Web Key Set"):
        parse_keys(document)


def test_shared_secrets_and_broken_keys_are_passed_over() -> None:
    told = [{"kty": "oct", "k": "c2VjcmV0"}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-256", "x": "?"}, 7, {}]
    keys = parse_keys(json.dumps({"keys": [*told, SIGNER.key.as_dict(private=False)]}).encode())
    assert [key.kid for key in keys] == ["one"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.hex() + "." + raw.hex() + ".x"))
def test_no_text_is_a_token(text: str) -> None:
    assert refused(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "x5c"]), json_values))
def test_no_header_opens_anything_without_a_signature(header: dict[str, Any]) -> None:
    _, claims, signature = SIGNER.token().split(".")
    assert refused(f"{part(header)}.{claims}.{signature}")
