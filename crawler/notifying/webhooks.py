"""Posting messages to webhooks: a few tries, a cap on the time, and words for what went wrong.

The addresses are the operator's own, so that no guard against private networks stands before them, and they
are reached as the operator's other programs reach theirs: by `HTTPS_PROXY` and `NO_PROXY`, not by the proxy
of the site that is crawled. Their paths are secrets, and a message of ours names the host alone.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import orjson

from settings.secrets import Secret
from settings.service_faults import ServiceFault, may_pass, redirect_words, service_fault, silent_words

MOST_TRIES: Final = 3
TRY_SECONDS: Final = 5.0
"""Within which a webhook has to answer."""
ALL_SECONDS: Final = 15.0
"""For everything that one webhook is to be told, tries and pauses included."""

_PAUSE_SECONDS: Final = 1.0  # before the second try; doubled before each further

logging.getLogger("httpx2").setLevel(logging.WARNING)  # at INFO it names every address in full


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
        faults = await asyncio.gather(
            *(_post_bodies(client, webhook, bodies, seconds, pause) for webhook in webhooks)
        )
    return tuple(
        f"`sync.notify[{number}]` ({_host(webhook)}) was not told: it {fault.words}"
        for number, (webhook, fault) in enumerate(zip(webhooks, faults, strict=True))
        if fault is not None
    )


async def _post_bodies(
    client: httpx2.AsyncClient,
    webhook: Secret,
    bodies: Sequence[Mapping[str, Any]],
    seconds: float,
    pause: float,
) -> ServiceFault | None:
    fault = None
    try:
        async with asyncio.timeout(seconds):
            for body in bodies:
                fault = await _post(client, webhook, orjson.dumps(body), pause)
                if fault is not None:
                    return fault
    except TimeoutError:
        return fault or ServiceFault(f"{silent_words(seconds)}, all tries together", passing=True)
    return None


async def _post(
    client: httpx2.AsyncClient, webhook: Secret, body: bytes, pause: float
) -> ServiceFault | None:
    fault = await _try(client, webhook, body)
    for number in range(1, MOST_TRIES):
        if fault is None or not fault.passing:
            return fault
        await asyncio.sleep(pause * 2 ** (number - 1))
        fault = await _try(client, webhook, body)
    return fault


async def _try(client: httpx2.AsyncClient, webhook: Secret, body: bytes) -> ServiceFault | None:
    try:
        async with (
            asyncio.timeout(TRY_SECONDS),  # the client's own counts anew with every byte
            client.stream(
                "POST", webhook.reveal(), content=body, headers={"Content-Type": "application/json"}
            ) as answer,
        ):
            return _judge(answer.status_code)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:  # `TimeoutError` is an `OSError`
        return service_fault(error, TRY_SECONDS, "`tls.ca_file`")


def _judge(status: int) -> ServiceFault | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return ServiceFault(redirect_words(status), passing=False)
    return ServiceFault(f"answered {status}", may_pass(status))


def _host(webhook: Secret) -> str:
    return urlsplit(webhook.reveal()).hostname or "?"
