"""Brings a file that the configuration names by https:// or s3://, before a sync begins."""

from __future__ import annotations

import asyncio
import os
from typing import Any, Final

from catalog.canonical_url import WebAddress, parse_url
from catalog.task import FetchTask
from catalog.vocabulary import Reason
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network
from crawler.outcome import Failed, FileFetched, Gone, HtmlFetched, NotModified, Outcome, Redirected, Refused
from crawler.rules.guard import Guard
from settings.connector import ConnectorSettings

MOST_REDIRECTS: Final = 5
_S3_SECONDS: Final = 20

# What S3's answers mean, by their codes (AWS, "List of error codes").
_S3_FAULTS: Final = {
    "NoSuchBucket": "there is no such bucket: correct its name, or AWS_ENDPOINT_URL",
    "NoSuchKey": "the bucket has no such object: correct the key",
    "404": "the bucket has no such object: correct the key",
    "AccessDenied": "access is denied (403): these credentials need s3:GetObject for it",
    "403": "access is denied (403): these credentials need s3:GetObject for it",
    "InvalidAccessKeyId": "the access key is unknown: correct AWS_ACCESS_KEY_ID",
    "SignatureDoesNotMatch": "the secret is wrong: correct AWS_SECRET_ACCESS_KEY",
    "ExpiredToken": "the session has expired: sign in again",
    "PermanentRedirect": "the bucket lies in another region: set AWS_DEFAULT_REGION",
}


class ObjectError(Exception):
    """A file cannot be had; the message is one sentence without the file's name."""


async def fetch_object(location: str, connector: ConnectorSettings, max_bytes: int) -> bytes:
    """The content of a file by its https:// or s3:// address.

    https goes out by the connector's proxy and guard, without its login: that is for the seeds' origins.
    Raises `ObjectError`.
    """
    if location.startswith("s3://"):
        return await asyncio.to_thread(_from_s3, location, max_bytes)
    return await _from_web(location, connector, max_bytes)


async def _from_web(location: str, connector: ConnectorSettings, max_bytes: int) -> bytes:
    address = parse_url(location)
    assert isinstance(address, WebAddress), "the settings have checked it"
    try:
        guard = Guard.for_seeds([address], connector.network.allow)
        network = Network.for_connector(connector, guard)
    except OSError as error:
        raise ObjectError(str(error)) from error
    fetcher = HttpFetcher(network, max_bytes=max_bytes, seconds=connector.politeness.timeout.total_seconds())
    try:
        for _ in range(MOST_REDIRECTS + 1):
            outcome = await fetcher.fetch(FetchTask(0, b"", address.url, address.host, 0), conditional=False)
            if not isinstance(outcome, Redirected):
                return _content(outcome)
            target = parse_url(outcome.target, address.url)
            if not isinstance(target, WebAddress):
                raise ObjectError(f"it redirects to {outcome.target[:200]!r}, which is no address")
            address = target
        raise ObjectError(f"more than {MOST_REDIRECTS} redirects in a row")
    finally:
        await fetcher.aclose()


def _content(outcome: Outcome) -> bytes:
    match outcome:
        case HtmlFetched():
            raise ObjectError("the server answered with an HTML page: is a login needed there?")
        case FileFetched():
            return outcome.body
        case Gone():
            raise ObjectError(f"the server answered {outcome.status}: correct the address")
        case Refused(Reason.EMPTY_CONTENT):
            raise ObjectError("it is empty")
        case Refused() | Failed():
            raise ObjectError(outcome.detail)
        case NotModified() | Redirected():
            raise ObjectError("the server gave no content")


def _from_s3(location: str, max_bytes: int) -> bytes:
    bucket, _, key = location.removeprefix("s3://").partition("/")
    if not bucket or not key:
        raise ObjectError("it must name a bucket and a key: s3://BUCKET/KEY")
    try:
        import boto3  # noqa: PLC0415 - an extra: only who uses s3:// has it
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError  # noqa: PLC0415
    except ImportError as error:
        raise ObjectError("s3:// needs boto3: pip install 'sitelore[s3]'") from error
    try:
        answer = _client(boto3).get_object(Bucket=bucket, Key=key)
        with answer["Body"] as stream:
            body: bytes = stream.read(max_bytes + 1)
    except ClientError as error:
        raise ObjectError(_s3_fault(error.response)) from error
    except (BotoCoreError, HTTPClientError) as error:
        raise ObjectError(_without_credentials(error)) from error
    if len(body) > max_bytes:
        raise ObjectError(f"it is larger than {max_bytes:,} bytes")
    return body


def _client(boto3: Any) -> Any:
    """A client as the environment configures it: AWS_ENDPOINT_URL, credentials, region."""
    from botocore.config import Config  # noqa: PLC0415

    # Other servers than AWS have one name for all buckets, and know no regions.
    is_own = bool(os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL"))
    session = boto3.session.Session()
    return session.client(
        "s3",
        region_name=session.region_name or "us-east-1",
        config=Config(
            connect_timeout=_S3_SECONDS,
            read_timeout=_S3_SECONDS,
            retries={"total_max_attempts": 2},
            s3={"addressing_style": "path" if is_own else "auto"},
        ),
    )


def _s3_fault(response: Any) -> str:
    error = response.get("Error", {})
    code = str(error.get("Code", ""))
    return (
        _S3_FAULTS.get(code) or f"S3 answered {code or 'with an error'}: {error.get('Message', '')}".strip()
    )


def _without_credentials(error: Exception) -> str:
    """What botocore says of a request that was not answered."""
    name = type(error).__name__
    if name in ("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"):
        return "there are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile"
    if name in ("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "SSLError"):
        return f"S3 cannot be reached ({error}): correct AWS_ENDPOINT_URL or the network"
    return str(error)
