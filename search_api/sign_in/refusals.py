"""Why nobody was signed in: a closed list, in words for whoever tried."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Refusal(Enum):
    """The status of the answer, and what the page says."""

    DENIED = 403, "You were not let in"
    NOT_BEGUN_HERE = 400, "This sign-in cannot be finished"
    NOT_ACCEPTED = 502, "The identity provider does not accept this service"
    NOT_TRUSTED = 502, "The identity provider's answer cannot be trusted"
    NOT_REACHED = 503, "The identity provider cannot be asked"

    def __init__(self, status: int, title: str) -> None:
        self.status = status
        self.title = title


class SignInError(Exception):
    """Nobody was signed in; the message says why and what to do, without a word of a stranger."""

    def __init__(self, refusal: Refusal, message: str) -> None:
        super().__init__(message)
        self.refusal: Final = refusal


_DENIED: Final = {
    "access_denied": "The identity provider says that access was denied, or the sign-in was cancelled.",
    "login_required": "The identity provider asks you to sign in there first.",
    "interaction_required": "The identity provider needs something from you first: open it and try again.",
    "account_selection_required": "The identity provider needs to know which account you mean.",
    "consent_required": "The identity provider needs your consent, or an administrator's.",
}
_BUSY: Final = ("server_error", "temporarily_unavailable")
_CONFIGURATION: Final = (
    "invalid_client", "invalid_request", "invalid_request_object", "invalid_request_uri", "invalid_scope",
    "invalid_target", "registration_not_supported", "request_not_supported", "request_uri_not_supported",
    "unauthorized_client", "unsupported_grant_type", "unsupported_response_type",
)  # fmt: skip


def refusal_of(code: str) -> SignInError:
    """What an error code of RFC 6749 (4.1.2.1, 5.2) or OpenID Connect Core (3.1.2.6) means for a person.

    A code that is none of these is not repeated: it may be whatever someone wrote into a link.
    """
    if code in _DENIED:
        return SignInError(Refusal.DENIED, _DENIED[code])
    if code in _BUSY:
        return SignInError(Refusal.NOT_REACHED, "It says that it cannot answer now: try again in a moment.")
    if code == "invalid_grant":
        return SignInError(Refusal.NOT_BEGUN_HERE, "It was used before, or took too long: start again.")
    said = code if code in _CONFIGURATION else "something that no standard knows"
    return SignInError(
        Refusal.NOT_ACCEPTED,
        f"It says {said}: whoever runs this service must compare `search.authentication` with what is "
        "registered at the provider.",
    )
