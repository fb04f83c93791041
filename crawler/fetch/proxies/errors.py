"""What can go wrong at a proxy: whose fault it is decides how much of a crawl it ends. Pure.

Each message is one sentence for people that names the proxy and says what to change.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from typing import Final

from crawler.fetch.proxies.routes import Proxy

Headers = Sequence[tuple[bytes, bytes]]


class ProxyError(Exception):
    """What a proxy did instead of leading to a site."""


class ProxyUnusableError(ProxyError):
    """The proxy is down or is none: nothing that goes by it can be reached."""


class ProxyLoginError(ProxyError):
    """The proxy wants credentials, or others: nothing that goes by it can be reached."""


class ProxyRefusedError(ProxyError):
    """The proxy does not allow this site, or this way to it; others may go by it."""


class SiteBehindProxyError(ProxyError):
    """The proxy works but cannot reach this site."""


class ProxyClosedError(SiteBehindProxyError):
    """The proxy, which has worked, closed the connection instead of saying anything of this site."""


class SlowBehindProxyError(SiteBehindProxyError):
    """The proxy works, and no answer of this site came in time."""


_GATEWAY_STATUSES: Final = frozenset({500, 502, 503, 504})
_SQUID_DENIES: Final = frozenset({"ERR_ACCESS_DENIED", "ERR_CACHE_ACCESS_DENIED"})
_SQUID_CANNOT: Final[Mapping[str, str]] = {
    "ERR_DNS_FAIL": "it cannot resolve the name",
    "ERR_CONNECT_FAIL": "it gets no connection",
    "ERR_SECURE_CONNECT_FAIL": "it gets no secure connection",
    "ERR_CANNOT_FORWARD": "it knows no way there",
    "ERR_READ_TIMEOUT": "it waited too long for an answer",
    "ERR_ZERO_SIZE_OBJECT": "it was given no answer",
    "ERR_READ_ERROR": "the connection was cut",
}


def unreachable(proxy: Proxy, error: OSError) -> ProxyUnusableError:
    """No connection to the proxy itself could be made."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return ProxyUnusableError(
            f"the TLS certificate of the proxy {proxy.name} is not accepted: {error.verify_message}; "
            "set tls.ca_file if the authority is yours"
        )
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or str(error)).lower().replace("_", " ")
        return ProxyUnusableError(
            f"the proxy {proxy.name} does not speak TLS as it should ({reason}): "
            f"see whether {proxy.setting} must begin with http://"
        )
    words = _words_of(error)
    return ProxyUnusableError(
        f"the proxy {proxy.name} {words}: see whether it runs and {proxy.setting} names it"
    )


def _words_of(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refuses connections"
    if isinstance(error, TimeoutError):
        return "does not answer"
    return f"cannot be reached ({error.strerror or error})"


def no_answer(proxy: Proxy, target: str, *, worked_before: bool) -> ProxyError:
    """The proxy closed the connection; one that never answered anything is no use for other sites either."""
    if worked_before:
        return ProxyClosedError(
            f"the proxy {proxy.name} closes the connection to {target} without an answer: see its log"
        )
    return ProxyUnusableError(
        f"the proxy {proxy.name} closes connections without an answer: "
        f"see whether {proxy.setting} is right and it lets this machine in"
    )


def no_proxy_at_all(proxy: Proxy, seen: str) -> ProxyUnusableError:
    """What answered does not speak the protocol."""
    kind = "a SOCKS5" if proxy.scheme == "socks5" else "an HTTP"
    return ProxyUnusableError(f"{proxy.name} is not {kind} proxy: {seen}; correct {proxy.setting}")


def no_tunnel_in_time(proxy: Proxy, target: str, seconds: float, *, worked_before: bool) -> ProxyError:
    """The proxy has been asked for a connection to a site and says nothing."""
    if not worked_before:
        return silent(proxy, target, seconds)
    return SiteBehindProxyError(
        f"the proxy {proxy.name} had no connection to {target} within {seconds:g} seconds"
    )


def no_answer_in_time(proxy: Proxy, target: str, seconds: float, *, worked_before: bool) -> ProxyError:
    """The time for a request by the proxy is over; who kept it waiting cannot be seen."""
    if not worked_before:
        return silent(proxy, target, seconds)
    return SlowBehindProxyError(
        f"{target} gave no complete answer by the proxy {proxy.name} within {seconds:g} seconds"
    )


def silent(proxy: Proxy, target: str, seconds: float) -> ProxyUnusableError:
    """A proxy that was never heard of was asked for a site and says nothing."""
    return ProxyUnusableError(
        f"the proxy {proxy.name} said nothing for {seconds:g} seconds when asked for {target}: see whether "
        f"it works and can reach that host, and whether {proxy.setting} names it"
    )


def tunnel_refused(proxy: Proxy, target: str, status: int, headers: Headers) -> ProxyError:
    """The answer to CONNECT that is neither 2xx nor 407."""
    by_squid = _error_of_squid(headers)
    if status in _GATEWAY_STATUSES and by_squid not in _SQUID_DENIES:
        return cannot_reach(proxy, target, _SQUID_CANNOT.get(by_squid, f"it answered {status}"))
    if status in (400, 404, 405, 501) and not by_squid:
        return ProxyRefusedError(
            f"{proxy.name} answered {status} to CONNECT {target}: see whether it is a proxy that allows "
            f"CONNECT to this port and {proxy.setting} is right"
        )
    return denied(proxy, target, f"{status} to CONNECT")


def error_page(proxy: Proxy, target: str, status: int, headers: Headers) -> ProxyError | None:
    """Whether an answer to a forwarded request is the proxy's own, and what it then means.

    Squid says so in `X-Squid-Error`, others by RFC 9209; 502 and 504 are a gateway's by their definition.
    A site could say the same, so this never is a fault of the proxy as a whole.
    """
    if status < 400:
        return None
    by_squid = _error_of_squid(headers)
    if by_squid in _SQUID_DENIES:
        return denied(proxy, target, str(status))
    if by_squid in _SQUID_CANNOT:
        return cannot_reach(proxy, target, _SQUID_CANNOT[by_squid])
    if status in (502, 504):
        return cannot_reach(proxy, target, f"the answer was {status}")
    return None


def cannot_reach(proxy: Proxy, target: str, why: str) -> SiteBehindProxyError:
    """The proxy works, but has no connection to the site."""
    return SiteBehindProxyError(
        f"the proxy {proxy.name} cannot reach {target}: {why}; "
        f"if the host is to be reached directly, add it to {proxy.where_exceptions_go}"
    )


def denied(proxy: Proxy, target: str, seen: str) -> ProxyRefusedError:
    return ProxyRefusedError(
        f"the proxy {proxy.name} refuses {target} ({seen}): allow it there, "
        f"or add the host to {proxy.where_exceptions_go}"
    )


def _error_of_squid(headers: Headers) -> str:
    for name, value in headers:
        if name == b"x-squid-error":
            return value.decode("latin-1").partition(" ")[0]
    return ""


def wants_credentials(proxy: Proxy) -> ProxyLoginError:
    """A 407 where there are none."""
    return ProxyLoginError(f"the proxy {proxy.name} asks for credentials: set {proxy.where_credentials_go}")


def credentials_rejected(proxy: Proxy, *, is_final: bool) -> ProxyLoginError:
    """A 407 to credentials. `is_final`: they were rejected before, and are not sent any more."""
    assert proxy.credentials is not None
    end = "; they are not sent any more" if is_final else ""
    return ProxyLoginError(
        f"the proxy {proxy.name} rejected the credentials of {proxy.credentials.username}: "
        f"correct {proxy.where_credentials_go}{end}"
    )


def scheme_not_offered(proxy: Proxy, offered: str) -> ProxyLoginError:
    """The proxy takes credentials, but not in the configured way, and nothing else is tried."""
    assert proxy.credentials is not None
    return ProxyLoginError(
        f"the proxy {proxy.name} does not take credentials by {proxy.credentials.type} "
        f"but by {offered or 'nothing that we know'}: set proxy.type"
    )


def stopped_in_handshake(proxy: Proxy, seen: str) -> ProxyUnusableError:
    """An NTLM handshake that came to no end; the password has not been looked at."""
    return ProxyUnusableError(
        f"the proxy {proxy.name} did not go on with the NTLM handshake ({seen}): "
        "see its log, or set proxy.type to what it takes"
    )
