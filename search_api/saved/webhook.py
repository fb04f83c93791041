"""One call of a webhook, signed as Standard Webhooks asks (standardwebhooks.com, specification 1.0).

It leads to the very origin that was allowed: redirects are not followed. Nothing of the answer but its status
is read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Final

import httpx2

from catalog.saved_searches import SIGNING_PREFIX, Destination
from settings.secrets import Secret
from settings.service_faults import ServiceFault, may_pass, redirect_words, service_fault

TRY_SECONDS: Final = 5.0
GONE: Final = ServiceFault("answered 410", passing=False)
"""The receiver wants nothing any more."""


def call_webhook(destination: Destination, message_id: str, body: bytes) -> ServiceFault | None:
    """Send one message; returns why it was not taken, or None. `message_id` is the same for each try."""
    now = int(time.time())
    headers = {
        "content-type": "application/json",
        "user-agent": "Sitelore",
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{signature(destination.signing_key, message_id, now, body)}",
    }
    try:
        with (
            httpx2.Client(timeout=TRY_SECONDS) as client,
            client.stream("POST", destination.url.reveal(), content=body, headers=headers) as answer,
        ):
            return _judged(answer.status_code)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        return service_fault(error, TRY_SECONDS, "the authorities of the system")


def signature(signing_key: Secret, message_id: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA-256 over ``id.timestamp.body``, in Base64."""
    key = base64.b64decode(signing_key.reveal().removeprefix(SIGNING_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _judged(status: int) -> ServiceFault | None:
    if 200 <= status < 300:
        return None
    if status == 410:
        return GONE
    if 300 <= status < 400:
        return ServiceFault(redirect_words(status), passing=False)
    return ServiceFault(f"answered {status}", may_pass(status))
