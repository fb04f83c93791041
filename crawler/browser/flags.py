"""How every Chromium of ours is started: it tells nobody anything, and sees little of our environment."""

from __future__ import annotations

import os
from typing import Final

NO_LEAK: Final = (
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--disable-quic",  # would go round a proxy
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # The proxy resolves names, nobody else; it stands here by its address.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    # A shared worker belongs to no page, so that no rule of a page's requests holds for it.
    "--disable-shared-workers",
    "--disable-blink-features=SharedWorker,WebTransport,FetchLaterAPI",
    # Kerberos: the host's own name makes the principal; what DNS says of it is for krb5.conf to want.
    "--disable-auth-negotiate-cname-lookup",
)
"""Flags of Chromium (https://peter.sh/experiments/chromium-command-line-switches/)."""

_PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "FONTCONFIG_PATH")


def passed_on() -> dict[str, str]:
    """What Chromium sees of our environment, which may hold secrets."""
    return {name: value for name in _PASSED_ON if (value := os.environ.get(name)) is not None}
