"""Signing in by a browser, where a form or a provider works by JavaScript only.

The same plan, finder and words as over plain HTTP (`crawler.auth.pages`): the DOM is what is looked at. The
password is typed once, on the hosts of the plan; a rule over all requests keeps scripts from sending it
anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.async_api import Error, Locator
from playwright.async_api import Page as BrowserPage
from selectolax.lexbor import LexborHTMLParser

from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.pages import form_words as words
from crawler.auth.pages.attempt import PageLoginPlan, only_agrees
from crawler.auth.pages.buttons import sending_button
from crawler.auth.pages.controls import Control
from crawler.auth.pages.find import find_login_form
from crawler.auth.pages.forms import forms_of
from crawler.auth.pages.login_form import FormStep, LoginForm
from crawler.auth.pages.one_time_code import code_of_now
from crawler.auth.pages.said import (
    asks_for_more,
    fault_after_password,
    is_interstitial,
    second_factor,
    tells_of_trouble,
)
from crawler.auth.pages.shown import shown
from crawler.auth.pages.walls import login_links
from crawler.auth.scheme import Note
from crawler.browser.chromium import BrowserSettings, launch_chromium
from crawler.browser.egress import Egress
from crawler.browser.executable import BrowserError
from crawler.browser.pages import RenderedPage, Traffic, changed_from, content, open_page, settle
from crawler.browser.request_rules import LoginRule
from crawler.fetch.network import Network
from crawler.rules.canonical_url import WebAddress, parse_url
from settings.proxy import TlsSettings

MOST_STEPS: Final = 12
STEP_SECONDS: Final = 8.0
_TYPE_SECONDS: Final = 5.0
_MASKED: Final = "input[type=password], input[autocomplete=one-time-code], input[data-sitelore-typed]"


async def sign_in_by_browser(
    network: Network, tls: TlsSettings, plan: PageLoginPlan, note: Note, *, user_agent: str | None = None
) -> Mapping[str, Any] | LoginFault:
    """Sign in with a Chromium of its own, which leaves by `network`; its storage state, or why not."""
    settings = BrowserSettings(ca_file=tls.ca_file, verify_tls=tls.verify, user_agent=user_agent)
    secrets = [plan.password, *([plan.totp_secret] if plan.totp_secret else [])]
    try:
        async with Egress(network) as egress, launch_chromium(egress, settings) as chromium:
            context = await chromium.new_context(rule=LoginRule(plan.login_hosts, secrets))
            login = _BrowserLogin(plan, await context.new_page(), egress, note)
            fault = await login.run()
            if fault is None:
                return dict(await context.storage_state())
            return LoginFault(fault.kind, fault.sentence, await _screenshot(login.page))
    except BrowserError as error:
        return LoginFault(LoginFaultKind.NEEDS_BROWSER, f"the form works in a browser only, and {error}")
    except Error as error:
        lines = error.message.strip().splitlines() or ["it crashed"]
        return LoginFault(LoginFaultKind.UNREACHABLE, f"the browser gave up during the login: {lines[0]}")


@dataclass(slots=True)
class _BrowserLogin:
    plan: PageLoginPlan
    page: BrowserPage
    egress: Egress
    note: Note
    _typed: set[FormStep] = field(default_factory=set)
    _pressed: set[str] = field(default_factory=set)

    async def run(self) -> LoginFault | None:
        opened = await open_page(self.page, self.plan.login_url.url, self.egress)
        if not isinstance(opened, RenderedPage):
            return LoginFault(
                LoginFaultKind.UNREACHABLE,
                f"the login could not be reached: {opened.detail}; try again later",
            )
        for _ in range(MOST_STEPS):
            tree = LexborHTMLParser(await content(self.page))
            self.note(LoginStep("saw in the browser", shown(self.page.url)))
            done, fault = await self._step(tree)
            if done:
                return fault
        return LoginFault(
            LoginFaultKind.NO_EFFECT, f"the login came to no end within {MOST_STEPS} pages of the browser"
        )

    async def _step(self, tree: LexborHTMLParser) -> tuple[bool, LoginFault | None]:
        """Whether the login is at its end, and with which fault."""
        found = find_login_form(tree, self.page.url, self.plan.selectors)
        if isinstance(found, LoginForm):
            fault = await self._fill(tree, found)
            return fault is not None, fault
        if self._has_arrived(tree, found) and not (self._typed and is_interstitial(tree)):
            return True, None
        if await self._pass(tree):
            return False, None
        if self._has_arrived(tree, found):
            return True, None
        return True, self._why_not(tree) if self._typed else found

    def _has_arrived(self, tree: LexborHTMLParser, found: LoginFault) -> bool:
        address = parse_url(self.page.url)
        if not isinstance(address, WebAddress) or address.origin not in self.plan.origins:
            return False
        if found.kind is LoginFaultKind.PASSWORD_EXPIRED or (self._typed and tells_of_trouble(tree)):
            return False
        return bool(self._typed) or not login_links(tree, self.page.url)

    async def _fill(self, tree: LexborHTMLParser, form: LoginForm) -> LoginFault | None:
        self.note(LoginStep(f"found where the {form.step.value} goes", found=form.found))
        password_is_out = bool(self._typed & {FormStep.PASSWORD, FormStep.NAME_AND_PASSWORD})
        if form.step in self._typed or (password_is_out and form.password is not None):
            return self._why_not(tree)
        address = parse_url(self.page.url)  # where the browser really is, right before anything is typed
        assert isinstance(address, WebAddress)
        if (fault := self.plan.may_type_at(address)) is not None:
            return fault
        code = ""
        if form.code is not None:
            if self.plan.totp_secret is None:
                return second_factor(self.page.url, self.plan.username)
            code = code_of_now(self.plan.totp_secret)
        last: Locator | None = None
        for control, text in (
            (form.username, self.plan.username), (form.password, self.plan.password), (form.code, code)
        ):  # fmt: skip
            if control is not None and not (control.is_readonly and control.value):
                last = await self._type(control, text)
        self._typed.add(form.step)
        await self._send(form.button, last)
        self.note(LoginStep(f"sent the {form.step.value}", shown(self.page.url)))
        return None

    async def _type(self, control: Control, text: str) -> Locator:
        field = self.page.locator(f"xpath={control.xpath}").first
        await field.fill(text, timeout=_TYPE_SECONDS * 1000)
        await field.evaluate("field => field.setAttribute('data-sitelore-typed', '')")
        return field

    async def _send(self, button: Control | None, last: Locator | None) -> None:
        """Press the button, or Enter, and wait until something else stands there."""
        before = await content(self.page)
        with Traffic().watching(self.page) as traffic:
            if button is not None:
                await self.page.locator(f"xpath={button.xpath}").first.click(
                    timeout=_TYPE_SECONDS * 1000, no_wait_after=True
                )
            elif last is not None:
                await last.press("Enter", no_wait_after=True)
            await settle(self.page, traffic, seconds=STEP_SECONDS)
            await changed_from(self.page, before, STEP_SECONDS)  # a script's answer may take its time
            await settle(self.page, traffic, seconds=STEP_SECONDS)

    async def _pass(self, tree: LexborHTMLParser) -> bool:
        """Go on from a page that wants to be agreed to, or that links to the login."""
        for form in forms_of(tree, self.page.url):
            button = sending_button(form, words.YES, words.NEXT)
            if button is None or not only_agrees(form) or f"{button.xpath} {self.page.url}" in self._pressed:
                continue
            self._pressed.add(f"{button.xpath} {self.page.url}")
            self.note(LoginStep(f"agreed with “{button.label or 'the form'}”", shown(self.page.url)))
            await self._send(button, None)
            return True
        for link in () if self._typed else login_links(tree, self.page.url):
            if link.url not in self._pressed:
                self._pressed.add(link.url)
                self.note(LoginStep(f"followed the link “{link.text}”", shown(link.url)))
                await open_page(self.page, link.url, self.egress)
                return True
        return False

    def _why_not(self, tree: LexborHTMLParser) -> LoginFault:
        if FormStep.CODE not in self._typed and asks_for_more(tree):
            return second_factor(self.page.url, self.plan.username)
        return fault_after_password(tree, self.page.url, self.plan.username, (self.plan.password,))


async def _screenshot(page: BrowserPage) -> bytes | None:
    """The page as it is, with every field blacked out into which a secret may have been typed."""
    try:
        return await page.screenshot(mask=[page.locator(_MASKED)], mask_color="#000000", timeout=5_000)
    except Error:
        return None  # a page that crashed has no picture; the sentence says what happened
