"""Which way a site is reached: the setting `proxy`, the environment, what is bypassed."""

from __future__ import annotations

import pytest

from crawler.fetch.proxies.environment import ProxyVariableError, environment_routes
from crawler.fetch.proxies.routes import DIRECT, Proxy, ProxyRoutes, Route, configured_routes
from settings.proxy import ProxySettings
from tests.crawler.fetch.conftest import address

P = "http://proxy.corp:3128"


def route(routes: ProxyRoutes, url: str) -> Route:
    site = address(url).site
    return routes.route(site.scheme, site.hostname, site.port)


def configured(*bypass: str) -> ProxyRoutes:
    return configured_routes(ProxySettings(url=P, bypass=bypass))


@pytest.mark.parametrize(
    ("pattern", "url", "is_direct"),
    [
        ("*.internal", "http://wiki.internal/", True),
        ("*.internal", "https://a.b.INTERNAL./", True),
        ("*.internal", "http://internal/", False),
        ("*.internal", "http://wiki.internal.example.com/", False),
        ("wiki.corp", "http://wiki.corp:8080/", True),
        ("wiki.corp", "http://sub.wiki.corp/", False),
        ("wiki.*", "http://wiki.corp/", True),
        ("w.ki.corp", "http://wiki.corp/", False),
        ("*", "http://anything.example/", True),
        ("10.0.0.0/8", "http://10.1.2.3/", True),
        ("10.0.0.0/8", "http://11.1.2.3/", False),
        ("10.0.0.0/8", "http://[::ffff:10.1.2.3]/", True),
        ("10.0.0.0/8", "http://10.wiki.corp/", False),
        ("192.0.2.7", "http://192.0.2.7:81/", True),
        ("fd00::/8", "http://[fd12::1]/", True),
        ("::1", "http://[::1]/", True),
    ],
)
def test_bypass_goes_by_host_pattern_and_by_address(pattern: str, url: str, is_direct: bool) -> None:
    assert (route(configured(pattern), url) is DIRECT) is is_direct


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/", "http://localhost/", "https://[::1]/"])
def test_a_configured_proxy_is_used_for_this_machine_too_and_one_of_the_environment_is_not(url: str) -> None:
    assert isinstance(route(configured(), url), Proxy)
    assert route(environment_routes({"ALL_PROXY": P}), url) is DIRECT


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://proxy.corp:3128", ("http", "proxy.corp", 3128)),
        ("http://proxy.corp", ("http", "proxy.corp", 80)),
        ("https://proxy.corp/", ("https", "proxy.corp", 443)),
        ("socks5://PROXY.corp", ("socks5", "proxy.corp", 1080)),
        ("socks5://[fd00::1]:9", ("socks5", "fd00::1", 9)),
    ],
)
def test_a_proxys_address_has_the_port_of_its_scheme(url: str, expected: tuple[str, str, int]) -> None:
    (proxy,) = configured_routes(ProxySettings(url=url)).proxies
    assert (proxy.scheme, proxy.hostname, proxy.port) == expected


A, B, C = (f"http://{letter}.proxy:1" for letter in "abc")


@pytest.mark.parametrize(
    ("environ", "http", "https"),
    [
        ({}, None, None),
        ({"HTTP_PROXY": A}, "a", None),
        ({"HTTPS_PROXY": B}, None, "b"),
        ({"HTTP_PROXY": A, "HTTPS_PROXY": B}, "a", "b"),
        ({"ALL_PROXY": C}, "c", "c"),
        ({"all_proxy": C, "http_proxy": A}, "a", "c"),
        ({"http_proxy": A, "HTTP_PROXY": B}, "a", None),
        ({"http_proxy": "", "HTTP_PROXY": B, "ALL_PROXY": C}, None, "c"),
        ({"HTTP_PROXY": A, "REQUEST_METHOD": "GET"}, None, None),
        ({"http_proxy": A, "REQUEST_METHOD": "GET"}, "a", None),
    ],
)
def test_the_environment_is_read_as_curl_reads_it(
    environ: dict[str, str], http: str | None, https: str | None
) -> None:
    routes = environment_routes(environ)
    for url, expected in (("http://wiki.example/", http), ("https://wiki.example/", https)):
        found = route(routes, url)
        assert (found.hostname if isinstance(found, Proxy) else None) == (expected and f"{expected}.proxy")


@pytest.mark.parametrize(
    ("no_proxy", "url", "is_direct"),
    [
        ("example.com", "http://example.com/", True),
        ("example.com", "http://wiki.example.com/", True),
        ("example.com", "http://notexample.com/", False),
        (".example.com", "http://wiki.example.com/", True),
        ("*.example.com", "http://wiki.example.com/", True),
        ("a.test, b.test c.test", "http://c.test/", True),
        ("*", "http://anything.example/", True),
        ("example.com:8080", "http://example.com:8080/", True),
        ("example.com:8080", "http://example.com/", False),
        ("192.168.0.0/16", "http://192.168.3.4/", True),
        ("192.168.3.4", "http://192.168.3.4/", True),
        ("[fd00::1]", "http://[fd00::1]/", True),
        ("", "http://wiki.example/", False),
        (",, ,", "http://wiki.example/", False),
    ],
)
def test_no_proxy_is_read_as_curl_reads_it(no_proxy: str, url: str, is_direct: bool) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        routes = environment_routes({"ALL_PROXY": P, name: no_proxy})
        assert (route(routes, url) is DIRECT) is is_direct


@pytest.mark.parametrize(
    ("value", "scheme", "name"),
    [
        ("proxy.corp:3128", "http", "proxy.corp:3128"),
        ("socks5h://proxy.corp", "socks5", "proxy.corp:1080"),
        ("https://proxy.corp", "https", "proxy.corp:443"),
    ],
)
def test_the_writings_that_people_use_are_understood(value: str, scheme: str, name: str) -> None:
    (proxy,) = environment_routes({"all_proxy": value}).proxies
    assert (proxy.scheme, proxy.name) == (scheme, name)


@pytest.mark.parametrize("value", ["socks4://eva:hunter2@p.corp", "http://eva:hunter2@:3128", "http://a b"])
def test_what_is_no_proxy_is_an_error_that_shows_no_secret(value: str) -> None:
    with pytest.raises(ProxyVariableError, match="the environment variable HTTPS_PROXY must hold") as raised:
        environment_routes({"HTTPS_PROXY": value})
    assert "hunter2" not in str(raised.value)


def test_credentials_of_the_environment_are_decoded_and_not_shown() -> None:
    (proxy,) = environment_routes({"ALL_PROXY": "http://CORP%5Ceva:hunter%402@proxy.corp"}).proxies
    assert proxy.credentials is not None
    assert proxy.credentials.username == r"CORP\eva"
    assert proxy.credentials.password.reveal() == "hunter@2"
    assert "hunter" not in repr(proxy)
