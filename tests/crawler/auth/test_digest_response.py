"""Challenges as servers write them, and the answers of RFC 7616's own examples."""

from __future__ import annotations

import pytest

from crawler.auth.challenge import Challenge, parse_challenges
from crawler.auth.digest_response import DigestRequest, authorization, strongest

BASIC = Challenge("basic", {"realm": "x"})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["Negotiate", "NTLM"], [Challenge("negotiate"), Challenge("ntlm")]),
        (["NTLM TlRMTVNTUAACAAAA=="], [Challenge("ntlm", token="TlRMTVNTUAACAAAA==")]),
        (["NTLM, Negotiate , Basic realm=x"], [Challenge("ntlm"), Challenge("negotiate"), BASIC]),
        (['Basic realm="a, Digest \\"b\\""'], [Challenge("basic", {"realm": 'a, Digest "b"'})]),
        (
            ['Digest realm="r", nonce="n=", qop="auth,auth-int" ,STALE = true, Basic realm="x"'],
            [
                Challenge("digest", {"realm": "r", "nonce": "n=", "qop": "auth,auth-int", "stale": "true"}),
                BASIC,
            ],
        ),
        (["", ", ,"], []),
        (['"?"'], []),
    ],
)
def test_offers_are_read(values: list[str], expected: list[Challenge]) -> None:
    assert list(parse_challenges(values)) == expected


def challenge(text: str) -> Challenge:
    found = strongest(parse_challenges([text]))
    assert found is not None
    return found


EXAMPLE = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_the_rfc(algorithm: str, response: str) -> None:
    """RFC 7616 section 3.9.1."""
    header = authorization(
        challenge(EXAMPLE.format(algorithm)),
        "Mufasa",
        "Circle of Life",
        DigestRequest("GET", "/dir/index.html"),
        count=1,
        client_nonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    assert f'response="{response}"' in header
    assert f'algorithm={algorithm}, qop=auth, nc=00000001, cnonce="f2/wE4q' in header
    assert "userhash" not in header


def test_the_example_of_the_rfc_with_a_hashed_name_in_utf_8() -> None:
    """RFC 7616 section 3.9.2 (with the erratum 4897: SHA-512/256 as FIPS 180-4 defines it)."""
    text = (
        'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, '
        'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", '
        'opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true'
    )
    header = authorization(
        challenge(text),
        "Jäsøn Doe",
        "Secret, or not?",
        DigestRequest("GET", "/doe.json"),
        count=1,
        client_nonce="NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
    )
    assert 'username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"' in header
    assert 'response="3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"' in header


def test_a_server_of_rfc_2069_gets_no_counter() -> None:
    header = authorization(
        challenge('Digest realm="r", nonce="n"'),
        "jo",
        'a:"b',
        DigestRequest("GET", "/"),
        count=1,
        client_nonce="c",
    )
    assert header.startswith('Digest username="jo", realm="r", nonce="n", uri="/", response="')
    assert "qop" not in header
    assert "algorithm" not in header


def test_the_strongest_offer_that_can_be_met_is_taken() -> None:
    offered = ["Digest nonce=a", "Digest nonce=b, algorithm=SHA-256, qop=auth", "Digest nonce=c, algorithm=X"]
    found = strongest(parse_challenges(offered))
    assert found is not None
    assert found.parameters["nonce"] == "b"


@pytest.mark.parametrize(
    "text", ["NTLM", 'Digest realm="no nonce"', "Digest nonce=n, qop=other", "Digest nonce=n, algorithm=X"]
)
def test_what_cannot_be_met_is_no_offer(text: str) -> None:
    assert strongest(parse_challenges([text])) is None


def test_a_quote_in_the_name_does_not_end_it() -> None:
    header = authorization(
        challenge("Digest nonce=n"), 'a"b\\', "x", DigestRequest("GET", "/"), count=1, client_nonce="c"
    )
    assert 'username="a\\"b\\\\"' in header
