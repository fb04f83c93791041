"""How a secret may be written where it is sent: in addresses, forms, JSON and headers."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus


def spellings(secret: str) -> frozenset[bytes]:
    """The bytes by which a secret is recognised in a request."""
    raw = secret.encode()
    texts = {quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1]}
    return frozenset({raw, base64.b64encode(raw), *(text.encode() for text in texts)})
