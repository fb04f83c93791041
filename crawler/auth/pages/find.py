"""From a page to its login form, by itself or as configured; what was there instead where none is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.auth.outcome import LoginFault, LoginFaultKind
from crawler.auth.pages.chosen_parts import FieldSelectors, selected_node
from crawler.auth.pages.controls import Control
from crawler.auth.pages.forms import PageForm, forms_of
from crawler.auth.pages.login_form import (
    FormStep,
    LoginForm,
    NotALogin,
    judge,
    login_forms,
    other_password_forms,
    with_script_need,
)
from crawler.auth.pages.script import is_script_page
from crawler.auth.pages.shown import shown
from crawler.auth.pages.xpaths import XPaths

NOTHING_CHOSEN: Final = FieldSelectors()
_FIELDS: Final = ("username_field", "password_field")
_BUTTONS: Final = ("next_button", "submit_button")


def find_login_form(
    page: str | LexborHTMLParser, url: str, selectors: FieldSelectors = NOTHING_CHOSEN
) -> LoginForm | LoginFault:
    """The form of a page that asks for user name, password or one-time code.

    `url` is the page's address, to which its action is resolved. Configured selectors win over what would be
    found; one that finds nothing is a fault which says what was found instead. Of the two steps of a form,
    each page needs to have its own fields only. Other faults: no form (NO_FORM), a form for changing an
    expired password (PASSWORD_EXPIRED), a page that only scripts fill (NEEDS_BROWSER).
    """
    tree = page if isinstance(page, LexborHTMLParser) else LexborHTMLParser(page)
    chosen = _Chosen(tree, selectors)
    guessed = next(iter(login_forms(tree, url)), None)
    if not chosen.given:
        return guessed or _why_none(tree, url)
    if chosen.nodes.keys() & _FIELDS:
        return _as_chosen(tree, url, chosen)
    if guessed is None or guessed.step is FormStep.CODE:
        return guessed or _why_none(tree, url)
    if missing := [name for name in _FIELDS if name in chosen.given]:
        return _not_selected(missing[0], chosen.given[missing[0]], url, guessed)
    return _with_button(guessed, url, chosen)


class _Chosen:
    """The configured selectors, the elements they find, and the controls that these are."""

    def __init__(self, tree: LexborHTMLParser, selectors: FieldSelectors) -> None:
        self.given: Mapping[str, str] = dict(selectors.given())
        self._xpaths = XPaths(tree) if self.given else None
        self.nodes: dict[str, LexborNode] = {}
        for name, selector in self.given.items():
            node = selected_node(tree, selector)
            if node is not None:
                self.nodes[name] = node

    def control(self, name: str, form: PageForm) -> Control | None:
        """The control of a form that a setting selects."""
        node = self.nodes.get(name)
        if node is None or self._xpaths is None:
            return None
        xpath = self._xpaths.of(node)
        return next((control for control in form.controls if control.xpath == xpath), None)


def _as_chosen(tree: LexborHTMLParser, url: str, chosen: _Chosen) -> LoginForm | LoginFault:
    for form in forms_of(tree, url):
        username, password = (chosen.control(name, form) for name in _FIELDS)
        if username is None and password is None:
            continue
        judged = judge(form, "")
        guessed = judged[1] if isinstance(judged, tuple) else None
        if password is None and "password_field" not in chosen.given:
            password = next((field for field in form.passwords if field is not username), None)
        if username is None and "username_field" not in chosen.given and guessed is not None:
            username = guessed.username
        code = guessed.code if guessed else None
        login = LoginForm(_step(username, password), form, username, password, code, None)
        button = guessed.button if guessed else next((b for b in form.buttons if b.type != "button"), None)
        if password is None and (visible := [c for c in form.passwords if c.is_visible]):
            login = replace(login, password=visible[0])
            return _not_selected("password_field", chosen.given["password_field"], url, login)
        return _with_button(with_script_need(replace(login, button=button), tree), url, chosen)
    name = next(name for name in _FIELDS if name in chosen.nodes)
    tag = chosen.nodes[name].tag
    return LoginFault(
        LoginFaultKind.NO_FORM,
        f"`auth.{name}` ({chosen.given[name]}) selects a <{tag}> on {shown(url)}, no input: change it, "
        "or leave it out",
    )


def _step(username: Control | None, password: Control | None) -> FormStep:
    if password is None:
        return FormStep.NAME
    return FormStep.PASSWORD if username is None else FormStep.NAME_AND_PASSWORD


def _with_button(login: LoginForm, url: str, chosen: _Chosen) -> LoginForm | LoginFault:
    """The form with the configured button for its step."""
    name = _BUTTONS[login.step is not FormStep.NAME]
    if login.step is FormStep.CODE or name not in chosen.given:
        return login
    if name not in chosen.nodes:
        return _not_selected(name, chosen.given[name], url, login)
    button = chosen.control(name, login.form)
    # A link or a <div> that looks like a button: pressing Enter in the field sends the same.
    return replace(login, button=button if button is not None and button.is_button else None)


def _not_selected(name: str, selector: str, url: str, login: LoginForm) -> LoginFault:
    there = "; ".join(f"{key}: {xpath}" for key, xpath in login.found.items())
    return LoginFault(
        LoginFaultKind.NO_FORM,
        f"`auth.{name}` ({selector}) finds nothing on {shown(url)}, where there is {there}: "
        f"change `auth.{name}`, or leave it out",
    )


def _why_none(tree: LexborHTMLParser, url: str) -> LoginFault:
    others = other_password_forms(tree, url)
    if NotALogin.CHANGE in others:
        return LoginFault(
            LoginFaultKind.PASSWORD_EXPIRED,
            f"{shown(url)} asks for a new password: change it with a browser, then set `auth.password`",
        )
    if not others and is_script_page(tree):
        return LoginFault(
            LoginFaultKind.NEEDS_BROWSER,
            f"{shown(url)} is empty until JavaScript fills it: a browser must sign in",
        )
    seen = f"only {others[0].value}" if others else "no login form"
    return LoginFault(
        LoginFaultKind.NO_FORM,
        f"{shown(url)} has {seen}: set `auth.login_url` to the page that asks for user name and password",
    )
