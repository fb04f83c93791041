"""Opening pages and sending forms on the way through a login, redirects and self-sending pages included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import httpx2

from catalog.canonical_url import WebAddress
from catalog.vocabulary import Reason
from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.pages.controls import Control
from crawler.auth.pages.form_request import form_request
from crawler.auth.pages.forms import Entries, PageForm
from crawler.auth.pages.onward import onward
from crawler.auth.pages.shown import shown
from crawler.auth.pages.visited import Page, Request
from crawler.auth.scheme import Note, Web
from crawler.fetch.answer import Answer
from crawler.outcome import Failed, Refused

MOST_HOPS: Final = 20
"""Redirects and pages that send themselves, in one step of a login."""

Permit = Callable[[WebAddress], LoginFault | None]
"""Whether a secret may go to an address."""


def _anything(_address: WebAddress) -> LoginFault | None:
    return None


class Journey:
    """The way through one login.

    `auth_of` gives the auth flow for an address: cookies, headers. `stranger` says of a host that the guard
    forbids whether it is one that the configuration should have named.
    """

    def __init__(
        self, web: Web, auth_of: Callable[[WebAddress], httpx2.Auth], note: Note, stranger: Permit = _anything
    ) -> None:
        self._web = web
        self._auth_of = auth_of
        self._note = note
        self._stranger = stranger

    async def open(self, address: WebAddress) -> Page | LoginFault:
        """Open a page and follow where it sends us."""
        return await self._follow(Request(address))

    async def send(
        self, page: Page, form: PageForm, entries: Entries, button: Control | None, permit: Permit = _anything
    ) -> Page | LoginFault:
        """Send a form of a page; `permit` is asked for each address that would get what it holds."""
        request = form_request(page, form, entries, button)
        assert request is not None, "forms whose action is no address need a browser"
        return await self._follow(request, permit)

    def _no_answer(self, address: WebAddress, outcome: Failed | Refused) -> LoginFault:
        if outcome.reason is Reason.FORBIDDEN_ADDRESS and (fault := self._stranger(address)) is not None:
            return fault
        return _unreachable(address, outcome.detail)

    async def _follow(self, request: Request, permit: Permit = _anything) -> Page | LoginFault:
        for _ in range(MOST_HOPS):
            if request.method == "POST" and (fault := permit(request.address)) is not None:
                return fault
            answer = await self._web.ask(
                request.address,
                method=request.method,
                fields=request.fields,
                body=request.body,
                auth=self._auth_of(request.address),
            )
            if not isinstance(answer, Answer):
                return self._no_answer(request.address, answer)
            found = onward(request, answer)
            if isinstance(found, Page):
                return found
            self._note(LoginStep(f"went on ({answer.status}) to", shown(found.address.url)))
            if found.method != "POST" or not found.is_same_body:
                permit = _anything  # what is sent now is no longer what was typed
            request = found
        return LoginFault(
            LoginFaultKind.NO_EFFECT,
            f"the login goes round in circles: more than {MOST_HOPS} redirects, the last to "
            f"{shown(request.address.url)}; do its cookies need another address in `auth.login_url`?",
        )


def _unreachable(address: WebAddress, detail: str) -> LoginFault:
    return LoginFault(
        LoginFaultKind.UNREACHABLE,
        f"the login at {address.host} could not be reached: {detail}; try again later, or correct "
        "`auth.login_url`",
    )
