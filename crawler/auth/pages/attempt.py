"""One attempt to sign in on web pages: from the login's address to the site, with the password typed once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from catalog.canonical_url import WebAddress, parse_url
from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.pages import form_words as words
from crawler.auth.pages.buttons import sending_button
from crawler.auth.pages.chosen_parts import FieldSelectors
from crawler.auth.pages.find import NOTHING_CHOSEN, find_login_form
from crawler.auth.pages.forms import PageForm, forms_of
from crawler.auth.pages.journey import Journey
from crawler.auth.pages.login_form import FormStep, LoginForm
from crawler.auth.pages.one_time_code import code_of_now, seconds_to_the_next
from crawler.auth.pages.said import (
    asks_for_more,
    complaint,
    fault_after_password,
    is_interstitial,
    second_factor,
    sentence_of_rejection,
    tells_of_trouble,
)
from crawler.auth.pages.shown import shown
from crawler.auth.pages.visited import Page
from crawler.auth.pages.walls import login_links
from crawler.auth.scheme import Note

MOST_PAGES: Final = 15
"""Pages of one login, forms and interstitials together."""

_TOLD_BY_THE_PAGE: Final = frozenset({LoginFaultKind.PASSWORD_EXPIRED, LoginFaultKind.NEEDS_BROWSER})
"""Faults that a page shows by what it is, whatever it says."""


@dataclass(frozen=True, slots=True)
class PageLoginPlan:
    """What a login on web pages needs to know.

    `login_url` is the page with the form; with `by_provider` (SAML) any page that leads to the provider, or
    the provider's own. `origins` are the site's. `login_hosts` (as `WebAddress.host` writes them, the host of
    `login_url` among them) are those where the password may be typed.
    """

    login_url: WebAddress
    origins: frozenset[str]
    login_hosts: frozenset[str]
    username: str
    password: str = field(repr=False)
    by_provider: bool = False
    selectors: FieldSelectors = NOTHING_CHOSEN
    totp_secret: str | None = field(default=None, repr=False)
    home: WebAddress | None = None
    """A page of the site: opened where a provider shows a page of its own once one has signed in."""

    def may_type_at(self, address: WebAddress) -> LoginFault | None:
        """Why the password must not go to an address; None: it may."""
        if address.host not in self.login_hosts:
            return LoginFault(
                LoginFaultKind.FOREIGN_HOST,
                f"the login leads to {address.host}, which may not be given the password: add it to "
                "`auth.login_hosts` if it is your identity provider",
            )
        if self.login_url.scheme == "https" and address.scheme != "https":
            return LoginFault(
                LoginFaultKind.FOREIGN_HOST,
                f"the login leads from https to {shown(address.url)}, where everybody on the way could read "
                "the password: nothing was typed; correct `auth.login_url`",
            )
        return None


@dataclass(slots=True)
class Attempt:
    """Goes through the pages of a login. `previous_code` is the one-time code that was used last."""

    plan: PageLoginPlan
    journey: Journey
    note: Note
    previous_code: str | None = None
    _typed: set[FormStep] = field(default_factory=set)
    _pressed: set[str] = field(default_factory=set)
    _dead_end: str = ""
    """Where the password led that says nothing against it: the site was opened after it."""

    async def run(self) -> LoginFault | None:
        """Sign in; None on arrival at the site, signed in as far as its pages tell."""
        page = await self.journey.open(self.plan.login_url)
        for _ in range(MOST_PAGES):
            if isinstance(page, LoginFault):
                return page
            self.note(LoginStep(f"opened ({page.status})", shown(page.address.url)))
            step = await self._step(page)
            if step is None or isinstance(step, LoginFault):
                return step
            page = step
        return LoginFault(
            LoginFaultKind.NO_EFFECT,
            f"the login came to no end within {MOST_PAGES} pages; run `crawler login` to see them",
        )

    @property
    def _has_typed_password(self) -> bool:
        return bool(self._typed & {FormStep.PASSWORD, FormStep.NAME_AND_PASSWORD})

    async def _step(self, page: Page) -> Page | LoginFault | None:
        """The next page; None where the login is done."""
        if page.status >= 500 or page.status == 429:
            return LoginFault(
                LoginFaultKind.UNREACHABLE,
                f"{shown(page.address.url)} answered {page.status} in the middle of the login: "
                "try again later",
            )
        found = find_login_form(page.tree, page.address.url, self.plan.selectors)
        if isinstance(found, LoginForm):
            return await self._fill(page, found)
        if self._has_arrived(page, found) and not (self._typed and is_interstitial(page.tree)):
            return None
        if (further := await self._pass(page, found)) is not None:
            return further
        if self._has_arrived(page, found):
            return None
        return self._why_not(page) if self._typed and found.kind not in _TOLD_BY_THE_PAGE else found

    def _has_arrived(self, page: Page, found: LoginFault) -> bool:
        """Whether this is the site, and no page of the login any more."""
        if page.address.origin not in self.plan.origins or page.status >= 400:
            return False
        if found.kind is LoginFaultKind.PASSWORD_EXPIRED or (self._typed and tells_of_trouble(page.tree)):
            return False
        if self._typed:
            return True
        # Nothing was asked: the provider still knew us, or this page is open to everybody.
        is_login_page = page.address.url == self.plan.login_url.url and not self.plan.by_provider
        return not is_login_page and not login_links(page.tree, page.address.url)

    async def _go_home(self, page: Page) -> Page | LoginFault | None:
        """Open the site where a page has nothing against the password but leads no further.

        Such as a provider's own page, or one that is missing or forbidden to this account.
        """
        home = self.plan.home
        if home is None or page.status == 401 or not self._has_typed_password or self._dead_end:
            return None
        complains = complaint(page.tree) or sentence_of_rejection(page.tree) or tells_of_trouble(page.tree)
        if complains or asks_for_more(page.tree):
            return None
        status = f", which answered {page.status}" if page.status >= 400 else ""
        self._dead_end = f"{shown(page.address.url)}{status}"
        self.note(LoginStep("that page leads no further, so opened the site", shown(home.url)))
        return await self.journey.open(home)

    async def _fill(self, page: Page, form: LoginForm) -> Page | LoginFault:
        self.note(LoginStep(f"found where the {form.step.value} goes", found=form.found))
        if form.step in self._typed or (self._has_typed_password and form.password is not None):
            return self._why_not(page)
        if fault := self._cannot_fill(page, form):
            return fault
        code = ""
        if form.code is not None:
            if self.plan.totp_secret is None:
                return second_factor(page.address.url, self.plan.username)
            code = await self._code(self.plan.totp_secret)
        entries = form.entries(username=self.plan.username, password=self.plan.password, code=code)
        self._typed.add(form.step)
        self.note(LoginStep(f"sent the {form.step.value} to", shown(form.action or page.address.url)))
        return await self.journey.send(page, form.form, entries, form.button, self.plan.may_type_at)

    def _cannot_fill(self, page: Page, form: LoginForm) -> LoginFault | None:
        """What keeps us from typing anything on this page."""
        target = parse_url(form.action or page.address.url)
        if form.password is not None or form.code is not None:
            for address in (page.address, target):
                if isinstance(address, WebAddress) and (fault := self.plan.may_type_at(address)) is not None:
                    return fault
        if form.has_captcha:
            return LoginFault(
                LoginFaultKind.SECOND_FACTOR,
                f"{shown(page.address.url)} sets a puzzle for people (captcha): have it lifted for "
                f"the account {self.plan.username}",
            )
        if form.needs_script is not None:
            return LoginFault(
                LoginFaultKind.NEEDS_BROWSER,
                f"the form on {shown(page.address.url)} works in a browser only: {form.needs_script}",
            )
        return None

    async def _code(self, secret: str) -> str:
        """The one-time code of now (RFC 6238); never the same twice, since servers refuse that."""
        code = code_of_now(secret)
        if code == self.previous_code:
            await asyncio.sleep(seconds_to_the_next() + 0.1)
            code = code_of_now(secret)
        self.previous_code = code
        return code

    async def _pass(self, page: Page, found: LoginFault) -> Page | LoginFault | None:
        """Go on from a page that only wants to be agreed to, or that links to the login."""
        for form in forms_of(page.tree, page.address.url):
            button = sending_button(form, words.YES, words.NEXT)
            if button is None or not only_agrees(form) or form.destination(button)[0] is None:
                continue
            if f"{form.xpath} {page.address.url}" in self._pressed:
                continue
            self._pressed.add(f"{form.xpath} {page.address.url}")
            self.note(LoginStep(f"agreed with “{button.label or 'the form'}”", shown(page.address.url)))
            return await self.journey.send(page, form, form.entries({}, button), button)
        if self._typed:
            return None if found.kind in _TOLD_BY_THE_PAGE else await self._go_home(page)
        for link in login_links(page.tree, page.address.url):
            address = parse_url(link.url)
            if isinstance(address, WebAddress) and link.url not in self._pressed:
                self._pressed.add(link.url)
                self.note(LoginStep(f"followed the link “{link.text}”", shown(link.url)))
                return await self.journey.open(address)
        return None

    def _why_not(self, page: Page) -> LoginFault:
        secrets = (self.plan.password,)
        url = page.address.url
        if self._dead_end and not complaint(page.tree):
            return LoginFault(
                LoginFaultKind.NO_EFFECT,
                f"the password led to {self._dead_end}, and then the site to {shown(url)}: is "
                "`auth.login_url` the login of this site, and the account one of it?",
            )
        if not self._has_typed_password and self._typed:
            fault = fault_after_password(page.tree, url, self.plan.username, secrets)
            if fault.kind is LoginFaultKind.REJECTED:
                return LoginFault(
                    fault.kind,
                    fault.sentence.replace("rejected the password of", "does not know the user", 1),
                )
            return fault
        if FormStep.CODE not in self._typed and asks_for_more(page.tree):
            return second_factor(url, self.plan.username)
        return fault_after_password(page.tree, url, self.plan.username, secrets, status=page.status)


def only_agrees(form: PageForm) -> bool:
    """Whether a form asks for nothing but a yes: consent, "stay signed in?", terms."""
    asked = [c for c in form.controls if c.is_text and c.is_visible and c.type != "hidden"]
    said = " ".join((form.words, *(button.words for button in form.buttons)))
    leads_away = any(pattern.search(said) for pattern in (words.SEARCH, words.NEWSLETTER, words.FORGOTTEN))
    agrees = any(words.YES.search(b.words) or words.NEXT.search(b.words) for b in form.buttons)
    return not asked and not leads_away and agrees
