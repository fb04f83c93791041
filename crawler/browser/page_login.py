"""Signing in by a browser, where a form or a provider works by JavaScript only.

The same plan, finder and words as over plain HTTP (`crawler.auth.pages`): the DOM is what is looked at. The
password is typed once, on the hosts of the plan; a rule over all requests keeps scripts from sending it
anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from playwright.async_api import BrowserContext, Error, Page

from crawler.auth.outcome import LoginFault, LoginFaultKind
from crawler.auth.pages.attempt import PageLoginPlan
from crawler.auth.scheme import Note
from crawler.browser.chromium import BrowserSettings, Chromium, launch_chromium
from crawler.browser.egress import Egress
from crawler.browser.executable import BrowserError
from crawler.browser.login_walk import LoginWalk
from crawler.browser.request_rules import LoginRule, PageRequest, guarded_page
from crawler.browser.screenshot import masked_screenshot
from crawler.fetch.network import Network
from settings.proxy import TlsSettings

_SESSION_STORAGE: Final = "() => [location.origin, Object.entries(sessionStorage)]"


async def sign_in_by_browser(
    network: Network, tls: TlsSettings, plan: PageLoginPlan, note: Note, *, user_agent: str | None = None
) -> Mapping[str, Any] | LoginFault:
    """Sign in with a Chromium of its own, which leaves by `network`; its storage state, or why not."""
    settings = BrowserSettings(ca_file=tls.ca_file, verify_tls=tls.verify, user_agent=user_agent)
    try:
        async with Egress(network) as egress, launch_chromium(egress, settings) as chromium:
            return await sign_in_on_pages(chromium, plan, note)
    except BrowserError as error:
        return LoginFault(LoginFaultKind.NEEDS_BROWSER, f"the form works in a browser only, and {error}")
    except Error as error:
        return _gave_up(error)


async def sign_in_on_pages(
    chromium: Chromium, plan: PageLoginPlan, note: Note
) -> Mapping[str, Any] | LoginFault:
    """As `sign_in_by_browser`, in a running browser. Raises `playwright.async_api.Error`."""
    refused: list[PageRequest] = []
    rule = LoginRule(
        lambda address: plan.may_type_at(address) is None,
        [plan.password, *([plan.totp_secret] if plan.totp_secret else [])],
    )
    context = await chromium.new_context(rule=rule, on_refusal=refused.append)
    try:
        page = await guarded_page(context, rule, refused.append)
        login = LoginWalk(plan, page, chromium.egress, note, refused)
        try:
            fault = await login.run()
        except Error as error:
            fault = _gave_up(error)
        if fault is None:
            return await _state_of(context, page)
        return LoginFault(fault.kind, fault.sentence, await masked_screenshot(page, login.secrets_typed))
    finally:
        await context.close()


async def _state_of(context: BrowserContext, page: Page) -> Mapping[str, Any]:
    """The storage state, with the `sessionStorage` of the page on which the login ended.

    Playwright leaves that out: it belongs to a page, and not to its context.
    """
    state: dict[str, Any] = dict(await context.storage_state())
    try:
        origin, items = await page.evaluate(_SESSION_STORAGE)
    except Error:  # the page navigates, or may store nothing: then there is nothing to keep
        return state
    if items:
        named = [{"name": name, "value": value} for name, value in items]
        state["origins"] = [*state["origins"], {"origin": origin, "sessionStorage": named}]
    return state


def _gave_up(error: Error) -> LoginFault:
    """Of what the browser says only the first line is told: below it stands what was typed."""
    lines = error.message.strip().splitlines() or ["it crashed"]
    return LoginFault(LoginFaultKind.UNREACHABLE, f"the browser gave up during the login: {lines[0]}")
