"""Requests signed by AWS Signature Version 4: botocore signs, we check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import httpx2
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as AwsCredentials
from hypothesis import given
from hypothesis import strategies as st

from catalog.api_keys import PREFIX, ApiKey, Scope
from search_api.identity.identify import Identifier
from search_api.identity.refusals import UnknownCallerError
from search_api.identity.signed_requests import SentRequest, check_signature, parse_signature
from tests.search_api.company import BOARD, company
from tests.search_api.serving import serving

ACCESS_KEY_ID = "SITELOREABCDEFGHIJKLMNOP"
SECRET = f"{PREFIX}a-secret_of_the_portal"
NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)


def signed(
    method: str, url: str, headers: dict[str, str], body: bytes = b"", *, secret: str = SECRET
) -> dict[str, str]:
    """The headers with which botocore sends a request."""
    request = AWSRequest(method, url, headers=headers, data=body)
    SigV4Auth(AwsCredentials(ACCESS_KEY_ID, secret), "kendra", "eu-central-1").add_auth(request)
    return {name: str(value) for name, value in request.headers.items()}


def sent(method: str, url: str, headers: dict[str, str], body: bytes = b"") -> SentRequest:
    """What arrives of it."""
    parts = httpx2.URL(url)
    told = {"host": parts.netloc.decode()} | {name.lower(): value for name, value in headers.items()}
    raw = [(name.encode(), value.encode()) for name, value in told.items()]
    path, _, query = parts.raw_path.partition(b"?")
    return SentRequest(method, path, query, raw, body)


def checked(request: SentRequest, *, secret: str = SECRET, now: datetime = NOW) -> None:
    check_signature(parse_signature(request.header("authorization") or ""), request, secret, now)


@pytest.fixture
def frozen() -> Iterator[None]:
    with mock.patch("botocore.auth.get_current_datetime", return_value=NOW):
        yield


SEGMENTS = st.text("abcXYZ019-._~ äö%/:@+&=", max_size=12)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    segments=st.lists(SEGMENTS, max_size=4),
    query=st.lists(st.tuples(SEGMENTS, SEGMENTS), max_size=4),
    value=st.text("ab c\t:,", max_size=12),
    body=st.binary(max_size=40),
)
def test_whatever_botocore_signs_is_taken_and_nothing_else(
    method: str, segments: list[str], query: list[tuple[str, str]], value: str, body: bytes
) -> None:
    path = "/".join(quoted(segment) for segment in segments)
    asked = "&".join(f"{quoted(name)}={quoted(told)}" for name, told in query)
    question = f"?{asked}" if asked else ""
    url = f"https://search.example.com/{path}{question}"
    with mock.patch("botocore.auth.get_current_datetime", return_value=NOW):
        headers = signed(method, url, {"X-Amz-Target": f"AWSKendraFrontendService.{value}"}, body)
    checked(sent(method, url, headers, body))
    for forged in (
        sent("PATCH", url, headers, body),
        sent(method, url, headers, body + b" "),
        sent(method, url + ("&" if asked else "?") + "more=1", headers, body),
        sent(method, f"https://search.example.com/{path}/more{question}", headers, body),
        sent(method, url, headers | {"X-Amz-Target": "another"}, body),
        sent(method, url, headers | {"host": "another.example.com"}, body),
    ):
        with pytest.raises(UnknownCallerError, match="the signature is not right"):
            checked(forged)


def quoted(text: str) -> str:
    return httpx2.QueryParams({"a": text}).__str__().removeprefix("a=").replace("+", "%20")


def test_the_example_of_aws_is_right() -> None:
    """From "Create a signed AWS API request" (IAM User Guide): credentials that were never real."""
    authorization = (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "x-amz-date": "20150830T123600Z",
        "authorization": authorization,
    }
    request = sent("GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", headers)
    secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    checked(request, secret=secret, now=datetime(2015, 8, 30, 12, 36, tzinfo=UTC))


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize(("minutes", "is_taken"), [(14, True), (-14, True), (16, False), (-16, False)])
def test_a_signature_counts_for_a_quarter_of_an_hour(minutes: int, is_taken: bool) -> None:
    request = sent("GET", "https://a.example/", signed("GET", "https://a.example/", {}))
    now = NOW + timedelta(minutes=minutes)
    if is_taken:
        checked(request, now=now)
    else:
        with pytest.raises(UnknownCallerError, match="more than 15 minutes off"):
            checked(request, now=now)


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("name", ["X-Amz-Target", "X-Amz-Anything", "X-On-Behalf-Of", "X-Groups"])
def test_what_decides_what_is_done_must_be_signed(name: str) -> None:
    headers = signed("POST", "https://a.example/", {}) | {name: "x"}
    with pytest.raises(UnknownCallerError, match=f"the header {name.lower()} must be signed"):
        checked(sent("POST", "https://a.example/", headers))


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize(
    "moment", ["", "20261127", "2026-11-27T09:30:00Z", "20261127T093000", "٢0261127T093000Z"]
)
def test_a_time_that_cannot_be_read_is_refused(moment: str) -> None:
    headers = signed("GET", "https://a.example/", {}) | {"X-Amz-Date": moment}
    with pytest.raises(UnknownCallerError, match="has no X-Amz-Date"):
        checked(sent("GET", "https://a.example/", headers))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=a/b",
        f"AWS4-HMAC-SHA256 Credential=A/20261127/r/s/aws4_request, SignedHeaders=Host, Signature={'0' * 64}",
        f"AWS4-HMAC-SHA256 Credential=A/20261127/r/s/aws4, SignedHeaders=host, Signature={'0' * 64}",
        f"AWS4-HMAC-SHA256 Credential=A/20261127/r/s/aws4_request, SignedHeaders=host, Signature={'0' * 63}",
    ],
)
def test_what_is_no_signature_is_told_what_one_looks_like(text: str) -> None:
    with pytest.raises(UnknownCallerError, match="must be `AWS4-HMAC-SHA256 Credential="):
        parse_signature(text)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    made_up = company()
    scopes = frozenset({Scope.SEARCH, Scope.ACT_AS})
    made_up.keys = {SECRET: ApiKey("portal", ("board",), scopes, NOW, None, ACCESS_KEY_ID)}
    with serving(made_up.backend, identifier=Identifier()) as running:
        yield running


def ask(method: str, url: str, body: bytes = b"", **more: Any) -> httpx2.Response:
    headers = {"Content-Type": "application/json"} if body else {}
    told = signed(method, url, headers | more.pop("headers", {}), body, **more)
    return httpx2.request(method, url, headers=told, content=body, trust_env=False)


def test_a_signed_request_sees_what_its_key_sees(address: str) -> None:
    found = ask("GET", f"{address}/v1/search?q=leave%20plan&page_size=100&f.department=Board")
    assert (found.status_code, BOARD.id in found.text) == (200, True)
    posted = ask("POST", f"{address}/v1/search", b'{"query": "leave plan", "page_size": 100}')
    assert (posted.status_code, BOARD.id in posted.text) == (200, True)
    assert ask("GET", f"{address}/v1/documents/{BOARD.id}").status_code == 200
    as_someone = ask("GET", f"{address}/v1/documents/{BOARD.id}", headers={"X-On-Behalf-Of": "eva"})
    assert as_someone.status_code == 404


def test_a_wrong_signature_is_refused_and_never_taken_for_none(address: str) -> None:
    wrong = ask("GET", f"{address}/v1/search?q=leave", secret=SECRET + "x")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (401, "Authorization")
    assert "the signature is not right" in wrong.json()["errors"][0]["message"]
    with mock.patch(f"{__name__}.ACCESS_KEY_ID", "SITELOREUNKNOWN"):
        unknown = ask("GET", f"{address}/v1/search?q=leave")
    assert (unknown.status_code, "there is no such access key" in unknown.text) == (401, True)
    body = ask("POST", f"{address}/v1/search", b"x" * 2_000_000)
    assert body.status_code == 413


def test_a_signed_body_may_not_be_another(address: str) -> None:
    url, body = f"{address}/v1/search", b'{"query": "leave"}'
    headers = signed("POST", url, {"Content-Type": "application/json"}, body)
    answer = httpx2.post(url, headers=headers, content=b'{"query": "plans"}', trust_env=False)
    assert answer.status_code == 401
