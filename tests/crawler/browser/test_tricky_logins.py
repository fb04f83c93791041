"""Signing in on pages with tricks: what lies over the form, what hides it, who wants the password."""

from __future__ import annotations

import asyncio
import base64
import io
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Page

from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.pages.attempt import PageLoginPlan
from crawler.auth.pages.chosen_parts import FieldSelectors
from crawler.browser.chromium import Chromium, launch_chromium
from crawler.browser.egress import Egress
from crawler.browser.page_login import sign_in_on_pages
from crawler.browser.request_rules import guarded_page
from crawler.browser.screenshot import masked_screenshot
from tests.crawler.browser.conftest import address, network_to
from tests.support.tricky_logins import PASSWORD, USER, TrickySite, serve_tricky_logins

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="the Debian package chromium is missing"),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest.fixture(scope="module")
def site() -> Iterator[TrickySite]:
    with serve_tricky_logins() as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium(site: TrickySite) -> AsyncIterator[Chromium]:
    network = network_to(site.address, site.stranger)
    async with Egress(network) as egress, launch_chromium(egress) as running:
        yield running


def plan_for(site: TrickySite, password: str = PASSWORD) -> PageLoginPlan:
    url = address(f"{site.address}/login")
    return PageLoginPlan(url, frozenset({url.origin}), frozenset({url.host}), USER, password)


async def cookies_after(chromium: Chromium, plan: PageLoginPlan) -> set[str] | LoginFault:
    steps: list[LoginStep] = []
    ended = await sign_in_on_pages(chromium, plan, steps.append)
    assert plan.password not in repr(steps)
    return ended if isinstance(ended, LoginFault) else {cookie["name"] for cookie in ended["cookies"]}


@pytest.mark.parametrize("trick", ["plain", "banner", "hidden step", "likeness", "late", "frame"])
async def test_a_form_is_found_and_sent_once_whatever_lies_over_it_or_hides_it(
    chromium: Chromium, site: TrickySite, trick: str
) -> None:
    site.reset(trick)
    assert await cookies_after(chromium, plan_for(site)) == {"tricky"}
    assert site.told_to("site").count(PASSWORD) == 1


async def test_a_configured_button_may_be_anything_that_can_be_clicked(
    chromium: Chromium, site: TrickySite
) -> None:
    site.reset("likeness")
    plan = replace(plan_for(site), selectors=FieldSelectors(submit_button="css:#go"))
    assert await cookies_after(chromium, plan) == {"tricky"}


async def test_nothing_is_typed_into_a_frame_of_another_host(chromium: Chromium, site: TrickySite) -> None:
    site.reset("stranger's frame")
    fault = await cookies_after(chromium, plan_for(site))
    assert isinstance(fault, LoginFault)
    assert fault.kind is LoginFaultKind.FOREIGN_HOST
    assert f"the login leads to {address(site.stranger).host}" in fault.sentence
    assert "POST" not in site.told_to("stranger")
    assert USER not in site.told_to("stranger")


@pytest.mark.parametrize("trick", ["stranger's action", "carried off"])
async def test_a_form_or_a_redirect_does_not_carry_the_password_to_another_host(
    chromium: Chromium, site: TrickySite, trick: str
) -> None:
    site.reset(trick)
    fault = await cookies_after(chromium, plan_for(site))
    assert isinstance(fault, LoginFault)
    assert fault.kind is LoginFaultKind.FOREIGN_HOST
    assert "add it to `auth.login_hosts`" in fault.sentence
    assert PASSWORD not in site.told_to("stranger")
    assert PASSWORD not in fault.sentence


async def test_a_script_that_listens_cannot_tell_the_password_to_another_host(
    chromium: Chromium, site: TrickySite
) -> None:
    site.reset("listener")
    fault = await cookies_after(chromium, plan_for(site))
    assert isinstance(fault, LoginFault)
    assert fault.kind is LoginFaultKind.FOREIGN_HOST
    told = site.told_to("stranger")
    assert PASSWORD not in told
    assert base64.b64encode(PASSWORD.encode()).decode() not in told


async def test_the_same_hosts_get_it_where_the_configuration_names_them(
    chromium: Chromium, site: TrickySite
) -> None:
    site.reset("stranger's action")
    plan = plan_for(site)
    named = replace(plan, login_hosts=plan.login_hosts | {address(site.stranger).host})
    await cookies_after(chromium, named)
    assert f"POST /session? u={USER}&p={PASSWORD}" in site.told_to("stranger")


async def test_a_picture_shows_no_secret_also_where_the_page_tells_it_again(
    chromium: Chromium, site: TrickySite
) -> None:
    site.reset("told again")
    fault = await cookies_after(chromium, plan_for(site, "not-the-password"))
    assert isinstance(fault, LoginFault)
    assert fault.kind is LoginFaultKind.REJECTED
    assert "“This is not the password: •••”" in fault.sentence
    assert fault.screenshot is not None


async def test_every_place_of_a_secret_is_uniformly_black(chromium: Chromium, site: TrickySite) -> None:
    site.reset("told again")
    context = await chromium.new_context()
    page = await guarded_page(context)
    await page.goto(f"{site.address}/login")
    await page.locator("#p").fill(PASSWORD)
    await page.locator("#u").fill("somebody")
    await page.locator("button").click()
    await page.locator("#out").wait_for(state="visible")
    await page.locator("#p").evaluate("field => field.setAttribute('data-sitelore-typed', '')")
    picture = await _picture(page)
    for selector in ("#p", "#out"):
        assert await _colours(page, picture, selector) == {(0, 0, 0)}, selector
    assert len(await _colours(page, picture, "#u")) > 1
    await context.close()


async def _picture(page: Page) -> Image.Image:
    taken = await masked_screenshot(page, [PASSWORD])
    assert taken is not None
    return await asyncio.to_thread(lambda: Image.open(io.BytesIO(taken)).convert("RGB"))


async def _colours(page: Page, picture: Image.Image, selector: str) -> set[tuple[int, int, int]]:
    box = await page.locator(selector).bounding_box()
    assert box is not None
    left, top = round(box["x"]) + 1, round(box["y"]) + 1
    inside = picture.crop((left, top, left + int(box["width"]) - 2, top + int(box["height"]) - 2))
    colours = inside.getcolors(maxcolors=1 << 16)
    assert colours is not None
    return {(int(r), int(g), int(b)) for _, (r, g, b) in colours}  # type: ignore[misc]


async def test_a_browser_goes_on_after_logins_that_failed(chromium: Chromium, site: TrickySite) -> None:
    site.reset("plain")
    fault = await cookies_after(chromium, plan_for(site, "wrong"))
    assert isinstance(fault, LoginFault)
    assert "“Wrong password.”" in fault.sentence
    assert site.told_to("site").count("p=wrong") == 1
    assert await cookies_after(chromium, plan_for(site)) == {"tricky"}
