"""The identity provider, as it describes itself (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from search_api.identity.published import Published, fetch
from search_api.identity.refusals import ProviderError
from settings.urls import http_url

_LASTING_SECONDS: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """The addresses and habits of a provider that the sign-in needs."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    takes_basic: bool
    """Whether the client's secret may be sent by HTTP Basic; else it stands in the body."""
    names_itself: bool
    """Whether its answers hold `iss` (RFC 9207): one without it is then no answer of its own."""


class Provider:
    """The provider that calls itself `issuer`."""

    def __init__(self, issuer: str) -> None:
        self.issuer: Final = issuer
        self._published: Final = Published(self._discover)

    def metadata(self) -> ProviderMetadata:
        """What it says of itself, at most an hour old unless it is gone; raises `ProviderError`."""
        return self._published.current(_LASTING_SECONDS)

    def keys(self) -> bytes:
        """The keys that it signs with, as published; raises `ProviderError`."""
        return fetch(self.metadata().jwks_uri)

    def _discover(self) -> ProviderMetadata:
        url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        return parse_metadata(fetch(url), self.issuer)


def parse_metadata(document: bytes, issuer: str) -> ProviderMetadata:
    """What the document says; raises `ProviderError` when it is not that provider's, or not to be used."""
    try:
        told = json.loads(document)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise ProviderError("the identity provider's description of itself is no JSON object")
    if told.get("issuer") != issuer:
        raise ProviderError(
            f"`issuer` is {issuer}, but the provider calls itself {told.get('issuer')!r}: write it exactly so"
        )
    methods = told.get("token_endpoint_auth_methods_supported")
    return ProviderMetadata(
        authorization_endpoint=_needed(told, "authorization_endpoint", issuer),
        token_endpoint=_needed(told, "token_endpoint", issuer),
        jwks_uri=_needed(told, "jwks_uri", issuer),
        userinfo_endpoint=_address(told, "userinfo_endpoint", issuer),
        end_session_endpoint=_address(told, "end_session_endpoint", issuer),
        takes_basic=not isinstance(methods, list) or "client_secret_basic" in methods,
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
    )


def _needed(told: Mapping[str, Any], name: str, issuer: str) -> str:
    address = _address(told, name, issuer)
    if address is None:
        raise ProviderError(f"the identity provider's description of itself names no {name}")
    return address


def _address(told: Mapping[str, Any], name: str, issuer: str) -> str | None:
    """Secrets go there: never in clear where the provider itself is asked over https."""
    value = told.get(name)
    if value is None:
        return None
    try:
        address = http_url(value if isinstance(value, str) else "")
    except ValueError:
        raise ProviderError(f"the identity provider's {name} is no address: {value!r}") from None
    if issuer.lower().startswith("https:") and not address.startswith("https:"):
        raise ProviderError(f"the identity provider's {name} is not https: {address}")
    return address
