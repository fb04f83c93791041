"""Signing in by a real Chromium, where forms work by JavaScript alone."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace

import pytest

from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.pages.attempt import PageLoginPlan
from crawler.auth.pages.browser_state import storage_of
from crawler.browser.page_login import sign_in_by_browser
from settings.proxy import TlsSettings
from tests.crawler.browser.conftest import address, network_to
from tests.support.browser_sites import PASSWORD, TOTP_SECRET, USER, ScriptedSite

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="the Debian package chromium is missing"),
]


def plan_for(site: ScriptedSite) -> PageLoginPlan:
    url = address(f"{site.address}/login")
    return PageLoginPlan(url, frozenset({url.origin}), frozenset({url.host}), USER, PASSWORD)


async def sign_in(
    site: ScriptedSite, plan: PageLoginPlan | None = None
) -> tuple[set[str] | LoginFault, list[LoginStep]]:
    """The names of the cookies of the session, or the fault, and the steps."""
    steps: list[LoginStep] = []
    plan = plan or plan_for(site)
    ended = await sign_in_by_browser(network_to(site.address), TlsSettings(), plan, steps.append)
    if isinstance(ended, LoginFault):
        return ended, steps
    return {cookie["name"] for cookie in ended["cookies"]}, steps


@pytest.mark.parametrize("steps", [("all",), ("name", "password")])
async def test_a_form_that_a_script_draws_and_sends_is_filled_in(
    site: ScriptedSite, steps: tuple[str, ...]
) -> None:
    site.steps = steps
    cookies, noted = await sign_in(site)
    assert cookies == {"harbour"}
    assert (site.counts["passwords"], site.counts["rejected"]) == (1, 0)
    assert any(step.found.get("password_field") == "xpath://input[@id='p']" for step in noted)
    assert PASSWORD not in repr(noted)


async def test_what_the_page_stored_is_part_of_the_session(site: ScriptedSite) -> None:
    plan = plan_for(site)
    state = await sign_in_by_browser(network_to(site.address), TlsSettings(), plan, lambda _step: None)
    assert not isinstance(state, LoginFault)
    local, tab = storage_of(state, plan.origins)
    assert (local.local, tab.session) == ({"token": "local-0"}, {"token": "tab-0"})


async def test_one_time_codes_are_typed(site: ScriptedSite) -> None:
    site.steps = ("all", "code")
    cookies, _ = await sign_in(site, replace(plan_for(site), totp_secret=TOTP_SECRET))
    assert cookies == {"harbour"}


async def test_an_account_with_a_second_factor_and_no_key_for_it_is_told(site: ScriptedSite) -> None:
    site.steps = ("all", "code")
    fault, _ = await sign_in(site)
    assert isinstance(fault, LoginFault)
    assert fault.kind is LoginFaultKind.SECOND_FACTOR
    assert "set `auth.totp_secret`" in fault.sentence


async def test_terms_are_agreed_to_on_the_way(site: ScriptedSite) -> None:
    site.consent = True
    cookies, _ = await sign_in(site)
    assert cookies == {"harbour"}
    assert site.counts["agreed"] == 1


async def test_a_wrong_password_is_sent_once_and_leaves_a_picture_without_it(site: ScriptedSite) -> None:
    from PIL import Image

    fault, _ = await sign_in(site, replace(plan_for(site), password="not this one"))
    assert isinstance(fault, LoginFault)
    assert fault.kind is LoginFaultKind.REJECTED
    assert "“User name or password is not right.”" in fault.sentence
    assert site.counts["passwords"] == 1
    assert fault.screenshot is not None
    picture = Image.open(io.BytesIO(fault.screenshot)).convert("RGB")
    colours = picture.getcolors(maxcolors=1 << 20)
    assert colours is not None
    assert max(count for count, colour in colours if colour == (0, 0, 0)) > 1_000  # the field, blacked out


async def test_the_password_is_not_typed_on_a_host_that_nobody_named(site: ScriptedSite) -> None:
    plan = replace(plan_for(site), login_hosts=frozenset({"elsewhere.example"}))
    fault, _ = await sign_in(site, plan)
    assert isinstance(fault, LoginFault)
    assert fault.kind is LoginFaultKind.FOREIGN_HOST
    assert "add it to `auth.login_hosts`" in fault.sentence
    assert site.counts["passwords"] == 0


async def test_what_the_guard_forbids_is_not_asked_for_by_a_page_either(site: ScriptedSite) -> None:
    site.picture = "http://169.254.169.254/latest/meta-data/"
    cookies, _ = await sign_in(site)
    assert cookies == {"harbour"}
