"""`connectors[].proxy` and `connectors[].tls`: the way out, and whom to trust on it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from settings.secrets import Secret
from settings.section import LocalPath, Section
from settings.urls import ProxyUrl


class ProxyAuthentication(StrEnum):
    """How the proxy wants the credentials."""

    BASIC = "basic"
    DIGEST = "digest"
    NTLM = "ntlm"


class ProxySettings(Section):
    """A proxy for every request of the connector: pages, robots.txt, sitemaps, logins, the browser."""

    url: ProxyUrl = Field(examples=["http://proxy.example.com:3128", "socks5://proxy.example.com:1080"])
    """Its address: http, https or socks5."""
    username: str | None = Field(default=None, min_length=1)
    """For a proxy that asks for credentials."""
    password: Secret | None = None
    """The password that belongs to `username`."""
    type: ProxyAuthentication = ProxyAuthentication.BASIC
    """How the proxy wants them."""
    bypass: tuple[str, ...] = Field(default=(), examples=[["*.internal", "10.0.0.0/8"]])
    """Hosts (`*` stands for anything) and address ranges that are reached directly."""


class TlsSettings(Section):
    """Which certificates are accepted."""

    ca_file: LocalPath | None = None
    """Certificates (PEM) of your own authority, trusted besides the system's."""
    verify: bool = True
    """`false` accepts every certificate; every summary then warns of it."""
