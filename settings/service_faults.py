"""Why a service of the operator's own (a webhook, a model server) did not answer, in words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Final, NamedTuple

import httpx2

_PASSING: Final = frozenset({408, 425, 429})  # of 4xx: the same request may do later


class ServiceFault(NamedTuple):
    """`words` go on a sentence about the service; `passing`: the same request may do later."""

    words: str
    passing: bool


def may_pass(status: int) -> bool:
    """Whether the same request may be answered later, after this HTTP status."""
    return status in _PASSING or status >= 500


def redirect_words(status: int) -> str:
    """What a redirect means: none is followed, for a secret goes to the address that was written alone."""
    return f"answered {status}, a redirect, which is not followed: write where it leads to"


def silent_words(seconds: float) -> str:
    """That the time was up."""
    return f"gave no answer within {seconds:g} s"


def service_fault(error: Exception, seconds: float, authorities: str) -> ServiceFault:
    """The words for what HTTP raised; the exception's own may hold the address, which may hold a key.

    `seconds` is what an answer may take, `authorities` where the accepted ones are named.
    """
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return ServiceFault(f"has a certificate that is not accepted (see {authorities})", passing=False)
    if any(isinstance(cause, httpx2.TimeoutException | TimeoutError) for cause in causes):
        return ServiceFault(silent_words(seconds), passing=True)
    for kind, words, passing in _MEANINGS:
        if any(isinstance(cause, kind) for cause in causes):
            return ServiceFault(words, passing)
    return ServiceFault(f"could not be reached ({type(error).__name__})", passing=True)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__


_MEANINGS: Final[tuple[tuple[type[BaseException], str, bool], ...]] = (
    (ssl.SSLError, "could not agree on TLS", False),
    (socket.gaierror, "has a host name that could not be resolved", True),
    (httpx2.ProxyError, "could not be reached by the proxy that the environment names", True),
    (httpx2.InvalidURL, "has an address that cannot be asked", False),
    (httpx2.UnsupportedProtocol, "has an address that cannot be asked", False),
    (ConnectionRefusedError, "refused the connection", True),
    (httpx2.NetworkError, "cut the connection or could not be reached", True),
    (httpx2.RemoteProtocolError, "cut the connection, or gave an answer that is not valid HTTP", True),
)
