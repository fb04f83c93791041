"""What signing in can come to: the steps that were taken, and the closed set of faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class LoginFaultKind(Enum):
    """Why a login did not work. `spends_the_password`: another attempt might lock the account."""

    REJECTED = "the credentials were rejected", True
    LOCKED = "the account is locked", True
    PASSWORD_EXPIRED = "the password has expired", True
    SECOND_FACTOR = "a second factor is asked for that cannot be given", True
    NO_FORM = "no login form was found", False
    FOREIGN_HOST = "the login leads to a host that may not be given the password", False
    NOT_OFFERED = "the server does not offer the configured kind of login", False
    NO_TICKET = "no Kerberos ticket could be had", False
    CLOCK_SKEW = "the clocks are too far apart for Kerberos", False
    NO_EFFECT = "the login went through but the site still does not know us", False
    SESSION_ENDED = "the imported session has ended", False
    NEEDS_BROWSER = "the form works in a browser only", False
    UNREACHABLE = "the login could not be reached", False
    REMEMBERED = "these credentials were rejected before", False

    def __init__(self, meaning: str, spends_the_password: bool) -> None:
        self.meaning = meaning
        self.spends_the_password = spends_the_password


@dataclass(frozen=True, slots=True)
class LoginFault:
    """Why a login did not work: one sentence for people says what was seen and what to change.

    No secret is in it. `screenshot` (PNG) shows the page on which it ended where a browser was used, what
    was typed blacked out.
    """

    kind: LoginFaultKind
    sentence: str
    screenshot: bytes | None = field(default=None, repr=False)


class LoginError(Exception):
    """Carries a `LoginFault` through an auth flow, which has no other way to end a request."""

    def __init__(self, fault: LoginFault) -> None:
        super().__init__(fault.sentence)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class LoginStep:
    """One step of a login as `crawler login` shows it; no value that was typed is in it.

    `found` names what was found on the page, such as ``{"username_field": "xpath://input[@id='user']"}``:
    ready to be pasted into the configuration.
    """

    what: str
    url: str | None = None
    found: Mapping[str, str] = field(default_factory=dict)
