"""Finds the login form of a page: which field takes the user name, the password, a code, and what sends it.

Pure, on a tree of selectolax: the page may come from a request or be the DOM of a browser. Each part is
judged by what the page says of it (`autocomplete` tokens of the HTML standard 4.10.18.7, types, names, labels
in many languages); a part that the configuration selects is taken as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from crawler.auth.pages import form_words as words
from crawler.auth.pages.buttons import sending_button
from crawler.auth.pages.controls import Control, text_of
from crawler.auth.pages.forms import Entries, PageForm, forms_of
from crawler.auth.pages.script import needed_script

_MOST_OTHER_FIELDS: Final = 3
"""Logins ask for a tenant or a domain at most; what asks for more is a profile or a registration."""
_ENOUGH: Final = 80
_PAGE_TEXT: Final = 300


class FormStep(Enum):
    """What a login form asks for."""

    NAME = "user name"
    PASSWORD = "password"  # noqa: S105 - the name of a step
    NAME_AND_PASSWORD = "user name and password"  # noqa: S105
    CODE = "one-time code"


@dataclass(frozen=True, slots=True)
class LoginForm:
    """A form that asks for credentials, and its parts. `needs_script`: why plain HTTP cannot send it."""

    step: FormStep
    form: PageForm
    username: Control | None = None
    password: Control | None = None
    code: Control | None = None
    button: Control | None = None
    needs_script: str | None = None
    has_captcha: bool = False

    @property
    def action(self) -> str | None:
        """Where it is sent, absolute; None where only a script knows."""
        return self.form.destination(self.button)[0]

    @property
    def method(self) -> str:
        """``GET`` or ``POST``."""
        return self.form.destination(self.button)[1]

    @property
    def enctype(self) -> str:
        """``application/x-www-form-urlencoded`` or ``multipart/form-data``."""
        return self.form.destination(self.button)[2]

    @property
    def hidden(self) -> Entries:
        """What is sent besides, such as a CSRF token."""
        return tuple((c.name, c.value) for c in self.form.controls if c.type == "hidden" and c.name)

    @property
    def found(self) -> Mapping[str, str]:
        """The settings that would select the same parts, ready to be pasted into the configuration."""
        button = "next_button" if self.step is FormStep.NAME else "submit_button"
        parts = {"username_field": self.username, "password_field": self.password, button: self.button}
        return {name: f"xpath:{part.xpath}" for name, part in parts.items() if part is not None}

    def entries(self, *, username: str = "", password: str = "", code: str = "") -> Entries:
        """What is sent when these values are typed."""
        typed = {}
        for field, value in ((self.username, username), (self.password, password), (self.code, code)):
            if field is not None and value and not (field.is_readonly and field.value):
                typed[field.xpath] = value
        return self.form.entries(typed, self.button)


class NotALogin(Enum):
    """Forms with a password field that are no login."""

    REGISTRATION = "a registration form"
    CHANGE = "a form that changes a password"
    OTHER = "a form with a password among many fields"


def login_forms(tree: LexborHTMLParser, url: str) -> list[LoginForm]:
    """All login forms of a page, the likeliest first."""
    context = _page_context(tree)
    ranked: list[tuple[int, LoginForm]] = []
    for form in forms_of(tree, url):
        judged = judge(form, context)
        if isinstance(judged, tuple):
            ranked.append(judged)
    ranked.sort(key=lambda each: -each[0])
    return [with_script_need(login, tree) for _, login in ranked]


def other_password_forms(tree: LexborHTMLParser, url: str) -> list[NotALogin]:
    """What the page's forms with password fields are where they are no logins."""
    judged = (judge(form, "") for form in forms_of(tree, url))
    return [verdict for verdict in judged if isinstance(verdict, NotALogin)]


def judge(form: PageForm, context: str) -> tuple[int, LoginForm] | NotALogin | None:
    """A form as a login, with how much speaks for it; else what it is; None where it asks for no credentials.

    `context` is what the page says of itself, flattened.
    """
    passwords = [control for control in form.passwords if not _is_code(control)]
    if not passwords:
        return _code_form(form) or _name_form(form, context)
    verdict = _other_than_login(form, passwords)
    if verdict is not None:
        return verdict
    password = passwords[0]
    username = _username_before(form, password)
    code = next((c for c in form.controls if _asks_for_code(c) and c not in (password, username)), None)
    button = sending_button(form, words.LOG_IN)
    step = FormStep.NAME_AND_PASSWORD if username is not None else FormStep.PASSWORD
    score = 1_000 + 200 * (form.is_visible and password.is_visible) + 100 * form.is_element
    score += 50 * (username is not None) + 40 * _says_login(form, button, context)
    return score, LoginForm(step, form, username, password, code, button)


def with_script_need(login: LoginForm, tree: LexborHTMLParser) -> LoginForm:
    """The form with what only the page around it tells: scripts that it needs, puzzles that it sets."""
    captcha = any(
        words.CAPTCHA.search(control.words)
        for control in login.form.controls
        if (control.is_text or control.type == "hidden") and not _is_empty_trap(control)
    )
    widget = tree.css_first(".g-recaptcha, .h-captcha, .cf-turnstile, [data-sitekey]") is not None
    script = needed_script(login.form, login.button, sends_password=login.password is not None)
    return replace(login, needs_script=script, has_captcha=captcha or widget)


def _other_than_login(form: PageForm, passwords: list[Control]) -> NotALogin | None:
    new = [c for c in passwords if "new-password" in c.takes]
    seen = [c for c in passwords if c.is_visible]
    texts = form.text_fields
    said = f"{form.words} {' '.join(button.label for button in form.buttons)}"
    registers = bool(words.REGISTER.search(said)) and not words.LOG_IN.search(said)
    # "E-mail or phone number" and "Company account" are user names, said to be by the rest of the field.
    asks_for_person = any(
        words.FIRST_OR_LAST_NAME.search(control.words) and _name_evidence(control) < 40 for control in texts
    )
    if new or len(seen) > 1 or (len(passwords) > 1 and not seen):
        return NotALogin.REGISTRATION if registers or asks_for_person or _new_name(form) else NotALogin.CHANGE
    if registers or asks_for_person:
        return NotALogin.REGISTRATION
    long_texts = sum(control.type == "textarea" and control.is_visible for control in form.controls)
    others = len(texts) + long_texts - 1
    return NotALogin.OTHER if long_texts or others > _MOST_OTHER_FIELDS else None


def _new_name(form: PageForm) -> bool:
    """Whether somebody who has no account yet is asked: a change of password fixes the user name."""
    return any(
        words.USER_NAME.search(control.words) and not control.is_readonly and not control.value
        for control in form.text_fields
    )


def _username_before(form: PageForm, password: Control) -> Control | None:
    """The field for the user name beside a password: the one that says so, else the last before it."""
    fields = [control for control in form.text_fields if not _asks_for_code(control)]
    fields = [c for c in fields if not (words.CAPTCHA.search(c.words) or words.SEARCH.search(c.names))]
    if not fields:
        hidden = [c for c in form.controls if c.is_text and not c.is_disabled and "username" in c.takes]
        return hidden[0] if hidden and not hidden[0].value else None
    order = {id(control): number for number, control in enumerate(form.controls)}
    end = order[id(password)]

    def rank(control: Control) -> tuple[int, int]:
        place = order[id(control)]
        return _name_evidence(control), place if place < end else -place

    return max(fields, key=rank)


def _name_evidence(control: Control) -> int:
    """How much speaks for a field taking the user name."""
    if control.takes & {"new-password", "one-time-code"}:
        return 0
    evidence = 100 * ("username" in control.takes) + 60 * ("email" in control.takes)
    evidence += 50 * bool(words.USER_NAME.search(control.names))
    evidence += 40 * bool(words.USER_NAME.search(control.label))
    return evidence + 20 * (control.type == "email")


def _name_form(form: PageForm, context: str) -> tuple[int, LoginForm] | None:
    """The first page of a login in two steps: a user name alone."""
    fields = form.text_fields
    if not 0 < len(fields) <= 2 or any(c.type in {"textarea", "search"} for c in form.controls):
        return None
    username = max(fields, key=_name_evidence)
    button = sending_button(form, words.NEXT, words.LOG_IN)
    said = " ".join((form.words, username.words, button.words if button else ""))
    if any(other.search(said) for other in (words.SEARCH, words.NEWSLETTER, words.FORGOTTEN)):
        return None
    if words.REGISTER.search(said) and not words.LOG_IN.search(said):
        return None
    evidence = _name_evidence(username)
    goes_on = button is not None and bool(words.NEXT.search(button.words))
    score = evidence + 60 * _says_login(form, button, context) + 20 * goes_on
    if (
        evidence < 40
        or score < _ENOUGH
        or not (_says_login(form, button, context) or "username" in username.takes)
    ):
        return None
    score += 100 * form.is_element + 100 * form.is_visible
    return score, LoginForm(FormStep.NAME, form, username, None, None, button)


def _code_form(form: PageForm) -> tuple[int, LoginForm] | None:
    """The step after the password that asks for a one-time code."""
    fields = [
        c for c in form.controls if c.is_visible and not c.is_disabled and (c.is_text or c.type == "password")
    ]
    codes = [control for control in fields if _asks_for_code(control)]
    if not codes or len(fields) > 2 or any(words.SEARCH.search(c.words) for c in fields):
        return None
    code = max(codes, key=lambda control: "one-time-code" in control.takes)
    certain = "one-time-code" in code.takes or code.type == "password"
    button = sending_button(form, words.NEXT, words.LOG_IN, words.YES)
    return 500 + 100 * certain, LoginForm(FormStep.CODE, form, None, None, code, button)


def _asks_for_code(control: Control) -> bool:
    """Whether a one-time code goes into a field: people see it, and it is called so."""
    if not (control.is_text or control.type == "password") or not control.is_visible or control.is_disabled:
        return False
    if "one-time-code" in control.takes:
        return True
    if control.takes & {"username", "current-password", "new-password", "email", "postal-code"}:
        return False
    if words.CAPTCHA.search(control.words) or not words.ONE_TIME_CODE.search(control.words):
        return False
    return not words.USER_NAME.search(control.names) and not words.FIRST_OR_LAST_NAME.search(control.words)


def _is_code(control: Control) -> bool:
    """Whether a password field takes a code rather than the password."""
    return _asks_for_code(control) and not words.PASSWORD.search(control.names)


def _is_empty_trap(control: Control) -> bool:
    """A field for robots that fill everything: people never see it."""
    return control.type != "hidden" and not control.is_visible


def _says_login(form: PageForm, button: Control | None, context: str) -> bool:
    said = " ".join((form.words, context, button.words if button else ""))
    return bool(words.LOG_IN.search(said))


def _page_context(tree: LexborHTMLParser) -> str:
    return words.flattened(*_headings(tree))


def _headings(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css("title, h1, h2")[:4]:
        yield text_of(node, _PAGE_TEXT)
