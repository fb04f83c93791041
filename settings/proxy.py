"""`connectors[].proxy` and `connectors[].tls`: the way out, and whom to trust on it."""

from __future__ import annotations

import re
from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated, Final

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from settings.secrets import Secret
from settings.section import LocalPath, Section
from settings.urls import ProxyUrl


class ProxyAuthentication(StrEnum):
    """How the proxy wants the credentials."""

    BASIC = "basic"
    DIGEST = "digest"
    NTLM = "ntlm"


_HOST_PATTERN: Final = re.compile(r"[\w*.-]+")
_SOCKS_MAX_BYTES: Final = 255


def _bypass(entry: str) -> str:
    """A host in which `*` may stand, or an address or range of addresses."""
    try:
        network = ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        if not _HOST_PATTERN.fullmatch(entry):
            raise ValueError(
                "must be a host such as wiki.internal or *.internal, or an address range such as 10.0.0.0/8"
            ) from None
        return entry
    if "/" in entry and entry.partition("/")[0] != str(network.network_address):
        raise ValueError(f"must begin with the first address of the range: {network}")
    return entry


BypassPattern = Annotated[
    str, AfterValidator(_bypass), WithJsonSchema({"type": "string", "title": "host or address range"})
]


class ProxySettings(Section):
    """A proxy for every request of the connector: pages, robots.txt, sitemaps, logins, the browser.

    It resolves the names, too. Without this section HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY decide,
    as they do for curl (in lower case, too); this machine's own addresses are reached directly then, whereas
    the proxy of this section is used for them, unless `bypass` names them.
    """

    url: ProxyUrl = Field(examples=["http://proxy.example.com:3128", "socks5://proxy.example.com:1080"])
    """Its address: http, https or socks5."""
    username: str | None = Field(default=None, min_length=1)
    """For a proxy that asks for credentials (`DOMAIN\\user` for NTLM)."""
    password: Secret | None = None
    """The password that belongs to `username`."""
    type: ProxyAuthentication = ProxyAuthentication.BASIC
    """How the proxy wants them; nothing weaker is tried. SOCKS5 has a way of its own: leave it at `basic`."""
    bypass: tuple[BypassPattern, ...] = Field(default=(), examples=[["*.internal", "10.0.0.0/8"]])
    """Hosts (`*` stands for anything) that are reached directly, and ranges of addresses: of those that
    stand in a URL, since no name is resolved here."""

    @model_validator(mode="after")
    def _has_whole_credentials(self) -> ProxySettings:
        if (self.username is None) != (self.password is None):
            raise ValueError("must have `username` and `password`, or neither")
        if self.type is not ProxyAuthentication.BASIC and self.username is None:
            raise ValueError(f"of type {self.type} must have `username` and `password`")
        return self

    @model_validator(mode="after")
    def _fits_socks(self) -> ProxySettings:
        if not self.url.startswith("socks5:"):
            return self
        if self.type is not ProxyAuthentication.BASIC:
            raise ValueError("by SOCKS5 takes a name and a password as they are: remove `type`")
        if self.username is not None and self.password is not None:
            longest = max(len(text.encode()) for text in (self.username, self.password.reveal()))
            if longest > _SOCKS_MAX_BYTES:
                raise ValueError("by SOCKS5 takes a name and a password of at most 255 bytes each")
        return self


class TlsSettings(Section):
    """Which certificates are accepted."""

    ca_file: LocalPath | None = None
    """Certificates (PEM) of your own authority, trusted besides the system's."""
    verify: bool = True
    """`false` accepts every certificate, a proxy's too; every summary then warns of it."""
