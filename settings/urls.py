"""Addresses in the configuration: absolute, http or https, without credentials in them."""

from __future__ import annotations

from typing import Annotated, Final

import ada_url
from pydantic import AfterValidator, WithJsonSchema

from settings.faults import UnquotableError

HTTP_SCHEMES: Final = ("http:", "https:")
PROXY_SCHEMES: Final = ("http:", "https:", "socks5:")


def http_url(text: str) -> str:
    """The address as the WHATWG URL standard serialises it.

    Raises:
        ValueError: it cannot be parsed, is not http or https, or holds a user name or a password.
    """
    return _url(text, HTTP_SCHEMES, "an absolute address such as https://intranet.example.com/")


def proxy_url(text: str) -> str:
    """As `http_url`, for a proxy: http, https or socks5."""
    return _url(text, PROXY_SCHEMES, "a proxy's address such as http://proxy.example.com:3128")


def origin(text: str) -> str:
    """Scheme, host and port of an address: ``https://intranet.example.com``.

    Raises:
        ValueError: it is no http or https address, or says more than an origin.
    """
    url = ada_url.URL(http_url(text))
    if url.pathname != "/" or url.search or url.hash:
        raise ValueError("must be an origin: scheme, host and port without a path")
    return str(url.origin)


def origin_of(url: str) -> str:
    """The origin of an address that `http_url` gave."""
    return str(ada_url.URL(url).origin)


def issuer(text: str) -> str:
    """The name of an identity provider, exactly as written: tokens must say the very same (OpenID Connect
    Discovery 1.0, section 4.3), and a slash at its end makes it another.

    Raises:
        ValueError: it is no http or https address, or has a query or a fragment.
    """
    url = ada_url.URL(http_url(text))
    if url.search or url.hash:
        raise ValueError("must be the issuer's address, without ? and #")
    return text


def host(text: str) -> str:
    """A host, with its port where that is not 443: ``login.example.com``, ``localhost:8443``.

    Raises:
        ValueError: it is none, or a whole address.
    """
    try:
        url = ada_url.URL(f"https://{text}/")
    except ValueError:
        url = None
    if url is None or url.pathname != "/" or url.username or url.search or url.hash:
        raise ValueError("must be a host such as login.example.com, without https:// and without a path")
    return str(url.host)


def _url(text: str, schemes: tuple[str, ...], wanted: str) -> str:
    # What stands before an @ may be a password, also where the address cannot be parsed.
    error = UnquotableError if "@" in text else ValueError
    try:
        url = ada_url.URL(text)
    except ValueError:
        raise error(f"must be {wanted}") from None
    if url.protocol not in schemes:
        names = ", ".join(scheme.rstrip(":") for scheme in schemes[:-1])
        raise error(f"must begin with {names} or {schemes[-1].rstrip(':')}")
    if not url.hostname:
        raise error(f"must be {wanted}")
    if url.username or url.password:
        raise error("must not hold credentials: write them as `username` and `password` of their section")
    return str(url.href)


_URI_SCHEMA: Final = {"type": "string", "format": "uri", "title": "address"}

HttpUrl = Annotated[str, AfterValidator(http_url), WithJsonSchema(_URI_SCHEMA)]
ProxyUrl = Annotated[str, AfterValidator(proxy_url), WithJsonSchema(_URI_SCHEMA)]
Issuer = Annotated[str, AfterValidator(issuer), WithJsonSchema(_URI_SCHEMA)]
Host = Annotated[str, AfterValidator(host), WithJsonSchema({"type": "string", "title": "host"})]
Origin = Annotated[str, AfterValidator(origin), WithJsonSchema(_URI_SCHEMA)]
