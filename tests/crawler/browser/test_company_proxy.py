"""A browser behind the company's proxy: names that it alone knows, by http and by TLS."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crawler.browser.chromium import BrowserSettings, launch_chromium
from crawler.browser.egress import Egress
from crawler.browser.pages import RenderedPage, open_page
from crawler.browser.request_rules import guarded_page
from crawler.fetch.network import Network
from crawler.fetch.proxies.routes import configured_routes
from crawler.fetch.tls import tls_context
from crawler.outcome import Failed, Refused
from crawler.rules.guard import Guard
from settings.proxy import ProxySettings
from settings.secrets import Secret
from tests.crawler.browser.conftest import address
from tests.support.certificates import Authority
from tests.support.changing_site import Answer, page, serve_site
from tests.support.own_proxy import basic_gate, own_http_proxy

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="the Debian package chromium is missing"),
]
PICTURE = Answer(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", content_type="image/gif")
PASSWORD = "gate & tide"


async def visited(
    url: str, proxy: ProxySettings, settings: BrowserSettings
) -> RenderedPage | Failed | Refused:
    """What a visit by the proxy comes to."""
    network = Network(Guard.for_seeds([address(url)]), tls_context(), routes=configured_routes(proxy))
    async with Egress(network) as egress, launch_chromium(egress, settings) as chromium:
        return await open_page(await guarded_page(await chromium.new_context()), url, egress)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_every_request_of_a_page_goes_by_the_proxy_with_its_credentials(
    scheme: str, tmp_path: Path
) -> None:
    certificate, key = (authority := Authority(tmp_path)).sign("localhost")
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    pages = {
        "/": page("Harbour", head="<link rel=icon href=data:,><img src=/gull.gif>"),
        "/gull.gif": PICTURE,
    }
    with serve_site(pages, certificate=both if scheme == "https" else None) as site:
        gate = basic_gate("crawler", PASSWORD)
        async with own_http_proxy(names={"wiki.corp": "127.0.0.1"}, make_gate=gate) as proxy:
            settings = ProxySettings(
                url=f"http://{proxy.name}", username="crawler", password=Secret(PASSWORD)
            )
            # The certificate is for 127.0.0.1: what matters here is the way.
            browser = BrowserSettings(ca_file=authority.file, verify_tls=scheme == "http")
            opened = await visited(f"{scheme}://wiki.corp:{site.port}/", settings, browser)
            assert isinstance(opened, RenderedPage), opened
            assert "Harbour" in opened.html
            assert {"/", "/gull.gif"} <= {asked.path for asked in site.log}
            assert proxy.requests
            assert all("wiki.corp" in target for _, target in proxy.requests)
            assert ("CONNECT" in {method for method, _ in proxy.requests}) == (scheme == "https")


async def test_a_proxy_that_wants_other_credentials_is_told_apart_from_a_site_that_does(
    tmp_path: Path,
) -> None:
    with serve_site({"/": page("Harbour")}) as site:
        async with own_http_proxy(
            names={"wiki.corp": "127.0.0.1"}, make_gate=basic_gate("crawler", PASSWORD)
        ) as proxy:
            settings = ProxySettings(url=f"http://{proxy.name}", username="crawler", password=Secret("wrong"))
            opened = await visited(f"http://wiki.corp:{site.port}/", settings, BrowserSettings())
            assert isinstance(opened, Failed | Refused)
            assert f"the proxy {proxy.name}" in opened.detail
            assert "wrong" not in opened.detail
            assert not site.log
