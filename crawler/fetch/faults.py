"""The one table from foreign exceptions to reasons; what leaves here is an outcome with a sentence."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import httpcore2

from catalog.vocabulary import Reason
from crawler.fetch.decoding import BodyTooLargeError, DecompressionBombError, UndecodableBodyError
from crawler.fetch.http11 import AnswerNeverCameError, MalformedAnswerError
from crawler.fetch.network import AddressForbiddenError, NameNotResolvedError
from crawler.fetch.proxies.errors import (
    ProxyLoginError,
    ProxyRefusedError,
    ProxyUnusableError,
    SiteBehindProxyError,
    SlowBehindProxyError,
)
from crawler.fetch.stream import TlsAlertError
from crawler.outcome import Failed, Refused


@dataclass(frozen=True, slots=True)
class _Fault:
    """A reason, its sentence (`host` and `error` are filled in), and whether asking again is no use."""

    reason: Reason
    sentence: str
    is_final: bool = False


_TABLE: dict[type[BaseException], _Fault] = {
    NameNotResolvedError: _Fault(Reason.DNS_FAILED, "the name {host} cannot be resolved: {error}"),
    AddressForbiddenError: _Fault(Reason.FORBIDDEN_ADDRESS, "{host}: {error}", is_final=True),
    ssl.SSLCertVerificationError: _Fault(
        Reason.TLS_FAILED,
        "the TLS certificate of {host} is not accepted: {error}; set tls.ca_file if the authority is yours",
    ),
    ssl.SSLError: _Fault(Reason.TLS_FAILED, "no TLS connection to {host}: {error}"),
    TlsAlertError: _Fault(Reason.TLS_FAILED, "no TLS connection to {host}: {error}"),
    ProxyUnusableError: _Fault(Reason.PROXY_FAILED, "{error}"),
    ProxyLoginError: _Fault(Reason.PROXY_UNAUTHORIZED, "{error}", is_final=True),
    ProxyRefusedError: _Fault(Reason.PROXY_REFUSED, "{error}"),
    SiteBehindProxyError: _Fault(Reason.CONNECTION_FAILED, "{error}"),
    SlowBehindProxyError: _Fault(Reason.TIMEOUT, "{error}"),
    TimeoutError: _Fault(Reason.TIMEOUT, "{host} gave no complete answer within the time limit"),
    ConnectionRefusedError: _Fault(Reason.CONNECTION_FAILED, "{host} refuses connections"),
    AnswerNeverCameError: _Fault(Reason.CONNECTION_FAILED, "{host}: {error}"),
    ConnectionError: _Fault(Reason.CONNECTION_FAILED, "the connection to {host} was cut: {error}"),
    OSError: _Fault(Reason.CONNECTION_FAILED, "no connection to {host}: {error}"),
    MalformedAnswerError: _Fault(Reason.PROTOCOL_ERROR, "{host}: {error}"),
    UndecodableBodyError: _Fault(Reason.PROTOCOL_ERROR, "{host}: {error}"),
    httpcore2.TimeoutException: _Fault(
        Reason.TIMEOUT, "{host} gave no complete answer within the time limit"
    ),
    httpcore2.NetworkError: _Fault(Reason.CONNECTION_FAILED, "the connection to {host} was cut: {error}"),
    httpcore2.ProtocolError: _Fault(Reason.PROTOCOL_ERROR, "{host} broke HTTP/2: {error}"),
    BodyTooLargeError: _Fault(Reason.TOO_LARGE, "{error}", is_final=True),
    DecompressionBombError: _Fault(Reason.DECOMPRESSION_BOMB, "{error}", is_final=True),
}

FAULTS = tuple(_TABLE)
"""What a fetch may raise on its way; anything else is a mistake of ours and is not caught."""


def outcome_of(error: BaseException, host: str) -> Failed | Refused:
    """The outcome of a fetch that raised one of `FAULTS`."""
    fault = next(_TABLE[kind] for kind in type(error).__mro__ if kind in _TABLE)
    detail = fault.sentence.format(host=host, error=_words_of(error))
    return Refused(fault.reason, detail) if fault.is_final else Failed(fault.reason, detail)


def _words_of(error: BaseException) -> str:
    """The part of a message that people understand, without numbers and places in OpenSSL's source."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
