"""Posting messages to webhooks: a few tries, a cap on the time, and words for what went wrong.

The addresses are the operator's own, so that no guard against private networks stands before them, and they
are reached as the operator's other programs reach theirs: by `HTTPS_PROXY` and `NO_PROXY`, not by the proxy
of the site that is crawled. Their paths are secrets, and a message of ours names the host alone.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import orjson

from settings.secrets import Secret

MOST_TRIES: Final = 3
TRY_SECONDS: Final = 5.0
"""Within which a webhook has to answer."""
ALL_SECONDS: Final = 15.0
"""For everything that one webhook is to be told, tries and pauses included."""

_PAUSE_SECONDS: Final = 1.0  # before the second try; doubled before each further
_PASSING: Final = frozenset({408, 425, 429})  # of 4xx: the same request may do later

logging.getLogger("httpx2").setLevel(logging.WARNING)  # at INFO it names every address in full


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a webhook did not take a message, as the rest of a sentence; whether another try may help."""

    words: str
    passing: bool


async def post_all(
    webhooks: Sequence[Secret],
    bodies: Sequence[Mapping[str, Any]],
    context: ssl.SSLContext,
    *,
    seconds: float = ALL_SECONDS,
    pause: float = _PAUSE_SECONDS,
) -> tuple[str, ...]:
    """Post each body to each webhook, side by side; return a sentence for each webhook that took not all.

    Never raises for what a webhook does, and takes `seconds` at most.
    """
    async with httpx2.AsyncClient(
        verify=context, timeout=TRY_SECONDS, headers={"User-Agent": "Sitelore", "Connection": "close"}
    ) as client:
        troubles = await asyncio.gather(
            *(_post_bodies(client, webhook, bodies, seconds, pause) for webhook in webhooks)
        )
    return tuple(
        f"`sync.notify[{number}]` ({_host(webhook)}) was not told: it {trouble.words}"
        for number, (webhook, trouble) in enumerate(zip(webhooks, troubles, strict=True))
        if trouble is not None
    )


async def _post_bodies(
    client: httpx2.AsyncClient,
    webhook: Secret,
    bodies: Sequence[Mapping[str, Any]],
    seconds: float,
    pause: float,
) -> Trouble | None:
    trouble = None
    try:
        async with asyncio.timeout(seconds):
            for body in bodies:
                trouble = await _post(client, webhook, orjson.dumps(body), pause)
                if trouble is not None:
                    return trouble
    except TimeoutError:
        return trouble or Trouble(f"gave no answer within {seconds:g} s, all tries together", True)
    return None


async def _post(client: httpx2.AsyncClient, webhook: Secret, body: bytes, pause: float) -> Trouble | None:
    trouble = await _try(client, webhook, body)
    for number in range(1, MOST_TRIES):
        if trouble is None or not trouble.passing:
            return trouble
        await asyncio.sleep(pause * 2 ** (number - 1))
        trouble = await _try(client, webhook, body)
    return trouble


async def _try(client: httpx2.AsyncClient, webhook: Secret, body: bytes) -> Trouble | None:
    try:
        async with (
            asyncio.timeout(TRY_SECONDS),  # the client's own counts anew with every byte
            client.stream(
                "POST", webhook.reveal(), content=body, headers={"Content-Type": "application/json"}
            ) as answer,
        ):
            return _judge(answer.status_code)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:  # `TimeoutError` is an `OSError`
        return _translate(error)


def _judge(status: int) -> Trouble | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return Trouble(
            f"answered {status}, a redirect, which is not followed: write where it leads to", False
        )
    return Trouble(f"answered {status}", status in _PASSING or status >= 500)


def _translate(error: Exception) -> Trouble:
    """The words for an exception, whose own may hold the address."""
    causes = list(_causes(error))
    for kind, words, passing in _MEANINGS:
        if any(isinstance(cause, kind) for cause in causes):
            return Trouble(words, passing)
    return Trouble(f"could not be reached ({type(error).__name__})", True)


def _causes(error: BaseException | None) -> Sequence[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


_MEANINGS: Final[tuple[tuple[type[BaseException], str, bool], ...]] = (
    (ssl.SSLCertVerificationError, "has a certificate that is not accepted (see `tls.ca_file`)", False),
    (ssl.SSLError, "could not agree on TLS", False),
    (socket.gaierror, "has a host name that could not be resolved", True),
    (httpx2.ProxyError, "could not be reached by the proxy that the environment names", True),
    (httpx2.InvalidURL, "is no address that can be asked", False),
    (httpx2.UnsupportedProtocol, "is no address that can be asked", False),
    (ConnectionRefusedError, "refused the connection", True),
    (httpx2.TimeoutException, f"gave no answer within {TRY_SECONDS:.0f} s", True),
    (TimeoutError, f"gave no answer within {TRY_SECONDS:.0f} s", True),
    (httpx2.NetworkError, "cut the connection or could not be reached", True),
    (httpx2.RemoteProtocolError, "gave an answer that is not valid HTTP", True),
)


def _host(webhook: Secret) -> str:
    return urlsplit(webhook.reveal()).hostname or "?"
