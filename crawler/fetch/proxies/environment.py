"""HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY: the routes of connectors that name no proxy. Pure.

Read as curl reads them: names in lower case win, and an empty one says "directly".
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

import ada_url

from crawler.fetch.proxies.bypass import environment_bypass
from crawler.fetch.proxies.routes import NO_PROXIES, Proxy, ProxyCredentials, ProxyRoutes, address_of
from settings.secrets import Secret


class ProxyVariableError(OSError):
    """A variable of the environment holds no proxy's address; the sentence names it, and not its value."""


def environment_routes(environ: Mapping[str, str]) -> ProxyRoutes:
    """The routes that the environment describes. Raises `ProxyVariableError`.

    HTTP_PROXY is ignored under CGI, where a request's header `Proxy:` arrives by that name
    (CVE-2016-5385, "httpoxy").
    """
    by_scheme = {
        scheme: proxy for scheme in ("http", "https") if (proxy := _proxy_for(scheme, environ)) is not None
    }
    if not by_scheme:
        return NO_PROXIES
    no_proxy = environ.get("no_proxy", environ.get("NO_PROXY", ""))
    return ProxyRoutes(by_scheme, environment_bypass(no_proxy))


def _proxy_for(scheme: str, environ: Mapping[str, str]) -> Proxy | None:
    names = [f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"]
    if scheme == "http" and "REQUEST_METHOD" in environ:
        names.remove("HTTP_PROXY")
    for name in names:
        if name in environ:
            return _proxy(name, environ[name].strip())
    return None


def _proxy(name: str, value: str) -> Proxy | None:
    if not value:
        return None
    url = value if "://" in value else f"http://{value}"
    if url.lower().startswith("socks5h://"):  # names are left to the proxy in any case
        url = "socks5" + url[len("socks5h") :]
    try:
        scheme, hostname, port = address_of(url)
        parsed = ada_url.URL(url)
    except ValueError:
        raise ProxyVariableError(
            f"the environment variable {name} must hold a proxy's address such as "
            "http://proxy.example.com:3128 (http, https or socks5): correct it, "
            "or set `proxy` of the connector"
        ) from None
    credentials = None
    if parsed.username:
        credentials = ProxyCredentials(unquote(parsed.username), Secret(unquote(parsed.password)))
    return Proxy(scheme, hostname, port, credentials, name)
