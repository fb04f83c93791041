"""The way through a login in a browser: look, type, press, until the site or a fault is reached."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Final

from playwright.async_api import ElementHandle, Error
from playwright.async_api import Page as BrowserPage

from catalog.canonical_url import WebAddress, parse_url
from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.pages import form_words as words
from crawler.auth.pages.attempt import PageLoginPlan, only_agrees
from crawler.auth.pages.buttons import sending_button
from crawler.auth.pages.find import find_login_form
from crawler.auth.pages.forms import forms_of
from crawler.auth.pages.login_form import FormStep, LoginForm
from crawler.auth.pages.one_time_code import code_of_now
from crawler.auth.pages.said import (
    asks_for_more,
    complaint,
    fault_after_password,
    is_interstitial,
    second_factor,
    tells_of_trouble,
)
from crawler.auth.pages.shown import shown
from crawler.auth.pages.walls import login_links
from crawler.auth.scheme import Note
from crawler.browser.dialogs import consent_button, likeness_of_a_button
from crawler.browser.dom import Dom, read_doms
from crawler.browser.egress import Egress
from crawler.browser.pages import RenderedPage, Traffic, changed_from, content, open_page, settle
from crawler.browser.request_rules import PageRequest
from crawler.browser.screenshot import TYPED

MOST_STEPS: Final = 12
STEP_SECONDS: Final = 8.0
ANSWER_LOOKS: Final = 3
_TYPE_SECONDS: Final = 5.0
_MARK_TYPED: Final = f"field => field.setAttribute('{TYPED}', '')"
_ORIGIN: Final = "field => field.ownerDocument.defaultView.origin"
_PASSWORD_STEPS: Final = frozenset({FormStep.PASSWORD, FormStep.NAME_AND_PASSWORD})


class Went(Enum):
    """Where a step led."""

    ON = auto()
    TO_THE_SITE = auto()


@dataclass(slots=True)
class LoginWalk:
    """Goes through the pages of a login. `refused` grows by what the rules of the context did not let out."""

    plan: PageLoginPlan
    page: BrowserPage
    egress: Egress
    note: Note
    refused: list[PageRequest]
    secrets_typed: list[str] = field(default_factory=list)
    _typed: set[FormStep] = field(default_factory=set)
    _pressed: set[str] = field(default_factory=set)

    async def run(self) -> LoginFault | None:
        """Sign in; None on arrival at the site. Raises `playwright.async_api.Error`."""
        opened = await open_page(self.page, self.plan.login_url.url, self.egress)
        if not isinstance(opened, RenderedPage):
            return LoginFault(
                LoginFaultKind.UNREACHABLE,
                f"the login could not be reached: {opened.detail}; try again later",
            )
        for _ in range(MOST_STEPS):
            self.note(LoginStep("saw in the browser", shown(self.page.url)))
            went = await self._step()
            if went is not Went.ON:
                return None if went is Went.TO_THE_SITE else went
        return LoginFault(
            LoginFaultKind.NO_EFFECT, f"the login came to no end within {MOST_STEPS} pages of the browser"
        )

    async def _step(self) -> Went | LoginFault:
        dom, found = await self._look()
        if (fault := self._secret_held_back()) is not None:
            return fault
        if await self._close_dialog(dom):
            return Went.ON
        if not isinstance(found, LoginForm):
            return await self._go_on_without_form(dom, found)
        if self._was_sent(found):
            return await self._conclude()
        return await self._fill(dom, found) or Went.ON

    async def _look(self) -> tuple[Dom, LoginForm | LoginFault]:
        """The document with the login form, the page's own rather than a frame's; the page without one."""
        await content(self.page)  # raises where the page is gone or never pauses
        doms = await read_doms(self.page)
        if not doms:
            raise Error("the page cannot be read")
        looked = [
            (dom, _as_seen(find_login_form(dom.tree, dom.url, self.plan.selectors), dom)) for dom in doms
        ]
        return next((each for each in looked if isinstance(each[1], LoginForm)), looked[0])

    async def _go_on_without_form(self, dom: Dom, found: LoginFault) -> Went | LoginFault:
        has_arrived = self._has_arrived(dom, found)
        if has_arrived and not (self._typed and is_interstitial(dom.tree)):
            return Went.TO_THE_SITE
        if await self._pass(dom):
            return Went.ON
        if has_arrived:
            return Went.TO_THE_SITE
        return self._why_not(dom) if self._typed else found

    def _was_sent(self, form: LoginForm) -> bool:
        is_out = bool(self._typed & _PASSWORD_STEPS)  # then only a code may follow
        return form.step in self._typed or (is_out and form.step is not FormStep.CODE)

    async def _conclude(self) -> Went | LoginFault:
        """The form that was sent stands there still: wait for its answer, unless the page complains."""
        with Traffic().watching(self.page) as traffic:
            for _ in range(ANSWER_LOOKS):
                dom, found = await self._look()
                if not isinstance(found, LoginForm) or not self._was_sent(found):
                    return Went.ON
                if complaint(dom.tree):
                    break
                await changed_from(self.page, await content(self.page), STEP_SECONDS / ANSWER_LOOKS)
                await settle(self.page, traffic, seconds=STEP_SECONDS)
        return self._secret_held_back() or self._why_not(dom)

    def _has_arrived(self, dom: Dom, found: LoginFault) -> bool:
        address = parse_url(self.page.url)
        if not isinstance(address, WebAddress) or address.origin not in self.plan.origins:
            return False
        if found.kind is LoginFaultKind.PASSWORD_EXPIRED or (self._typed and tells_of_trouble(dom.tree)):
            return False
        return bool(self._typed) or not login_links(dom.tree, dom.url)

    async def _fill(self, dom: Dom, form: LoginForm) -> LoginFault | None:
        self.note(LoginStep(f"found where the {form.step.value} goes", found=form.found))
        code = ""
        if form.code is not None:
            if self.plan.totp_secret is None:
                return second_factor(dom.url, self.plan.username)
            code = code_of_now(self.plan.totp_secret)
        last: ElementHandle | None = None
        for control, text, is_secret in (
            (form.username, self.plan.username, False),
            (form.password, self.plan.password, True),
            (form.code, code, True),
        ):
            if control is None or (control.is_readonly and control.value):
                continue
            field = await dom.frame.wait_for_selector(
                f"xpath={control.xpath}", timeout=_TYPE_SECONDS * 1000, state="visible"
            )
            assert field is not None
            if (fault := await self._may_type(field)) is not None:
                return fault
            if is_secret:
                self.secrets_typed.append(text)
            await field.evaluate(_MARK_TYPED)
            await field.fill(text, timeout=_TYPE_SECONDS * 1000)
            last = field
        self._typed.add(form.step)
        await self._send(dom, self._what_sends(dom, form), last)
        self.note(LoginStep(f"sent the {form.step.value}", shown(self.page.url)))
        return None

    async def _may_type(self, field: ElementHandle) -> LoginFault | None:
        """Asked right before anything is typed, of the document that the field is part of and of the page.

        The handle stays with its document: where the page navigates meanwhile, typing fails.
        """
        for url in (str(await field.evaluate(_ORIGIN)), self.page.url):
            address = parse_url(url)
            if not isinstance(address, WebAddress) or not address.host:
                return LoginFault(
                    LoginFaultKind.FOREIGN_HOST,
                    f"the form on {shown(self.page.url)} stands in a frame that belongs to no host: "
                    "nothing was typed",
                )
            if (fault := self.plan.may_type_at(address)) is not None:
                return fault
        return None

    def _what_sends(self, dom: Dom, form: LoginForm) -> str | None:
        """The selector of what is pressed; None: Enter is."""
        setting = "next_button" if form.step is FormStep.NAME else "submit_button"
        chosen = dict(self.plan.selectors.given()).get(setting)
        if chosen is not None and form.step is not FormStep.CODE:
            kind, _, expression = chosen.partition(":")
            return f"{kind}={expression}"
        if form.button is not None:
            return f"xpath={form.button.xpath}"
        if form.form.is_element:
            return None
        wanted = (words.NEXT, words.LOG_IN) if form.step is FormStep.NAME else (words.LOG_IN, words.NEXT)
        likeness = likeness_of_a_button(dom.tree, *wanted)
        return None if likeness is None else f"xpath={likeness}"

    async def _send(self, dom: Dom, pressed: str | None, last: ElementHandle | None) -> None:
        """Press the button, or Enter, and wait until something else stands there."""
        before = await content(self.page)
        with Traffic().watching(self.page) as traffic:
            if pressed is not None:
                await dom.frame.locator(pressed).first.click(timeout=_TYPE_SECONDS * 1000, no_wait_after=True)
            elif last is not None:
                await last.press("Enter", no_wait_after=True)
            await settle(self.page, traffic, seconds=STEP_SECONDS)
            await changed_from(self.page, before, STEP_SECONDS)  # a script's answer may take its time
            await settle(self.page, traffic, seconds=STEP_SECONDS)

    def _secret_held_back(self) -> LoginFault | None:
        """The fault where the page would have given the password to a host that may not have it."""
        for request in self.refused:
            address = parse_url(request.url)
            if isinstance(address, WebAddress) and (fault := self.plan.may_type_at(address)) is not None:
                return fault
        return None

    async def _close_dialog(self, dom: Dom) -> bool:
        """Agree to a dialog that lies over the page, once."""
        button = consent_button(dom.tree)
        if button is None or f"{button} {dom.url}" in self._pressed:
            return False
        self._pressed.add(f"{button} {dom.url}")
        self.note(LoginStep("closed a dialog about cookies or terms", shown(dom.url)))
        await self._send(dom, f"xpath={button}", None)
        return True

    async def _pass(self, dom: Dom) -> bool:
        """Go on from a page that wants to be agreed to, or that links to the login."""
        for form in forms_of(dom.tree, dom.url):
            button = sending_button(form, words.YES, words.NEXT)
            if button is None or not only_agrees(form) or f"{button.xpath} {dom.url}" in self._pressed:
                continue
            self._pressed.add(f"{button.xpath} {dom.url}")
            self.note(LoginStep(f"agreed with “{button.label or 'the form'}”", shown(dom.url)))
            await self._send(dom, f"xpath={button.xpath}", None)
            return True
        for link in () if self._typed else login_links(dom.tree, dom.url):
            if link.url not in self._pressed:
                self._pressed.add(link.url)
                self.note(LoginStep(f"followed the link “{link.text}”", shown(link.url)))
                await open_page(self.page, link.url, self.egress)
                return True
        return False

    def _why_not(self, dom: Dom) -> LoginFault:
        if FormStep.CODE not in self._typed and asks_for_more(dom.tree):
            return second_factor(dom.url, self.plan.username)
        return fault_after_password(dom.tree, dom.url, self.plan.username, (self.plan.password,))


def _as_seen(found: LoginForm | LoginFault, dom: Dom) -> LoginForm | LoginFault:
    """What a page asks for now. That a browser is needed is no news to one: there is no form yet."""
    if isinstance(found, LoginForm):
        return found if found.step is FormStep.CODE else _shown_part(found, dom)
    if found.kind is not LoginFaultKind.NEEDS_BROWSER:
        return found
    return LoginFault(
        LoginFaultKind.NO_FORM,
        f"{found.sentence.partition(' is empty')[0]} shows no login form, also after its scripts ran: "
        "set `auth.login_url` to the page that asks for user name and password",
    )


def _shown_part(form: LoginForm, dom: Dom) -> LoginForm | LoginFault:
    """The form without the fields and buttons that are not shown: they wait for a later step."""
    username = form.username if form.username is not None and form.username.is_visible else None
    password = form.password if form.password is not None and form.password.is_visible else None
    button = form.button
    if button is not None and not button.is_visible:
        seen = replace(form.form, controls=tuple(each for each in form.form.controls if each.is_visible))
        wanted = (words.LOG_IN, words.NEXT) if password is not None else (words.NEXT, words.LOG_IN)
        button = sending_button(seen, *wanted)
    if password is not None:
        step = FormStep.PASSWORD if username is None else FormStep.NAME_AND_PASSWORD
    elif username is not None:
        step = FormStep.NAME
    else:
        return LoginFault(
            LoginFaultKind.NO_FORM,
            f"{shown(dom.url)} has a login form that is not shown: set `auth.login_url` to the page "
            "that shows it",
        )
    return replace(form, step=step, username=username, password=password, button=button)
