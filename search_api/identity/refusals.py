"""Why a caller is not let in: the field that was wrong, and a sentence that holds no secret."""

from __future__ import annotations


class RefusedError(Exception):
    """Not let in. `field` names the header or cookie."""

    def __init__(self, message: str, field: str = "Authorization") -> None:
        super().__init__(message)
        self.field = field


class UnknownCallerError(RefusedError):
    """Who asks was not proven: 401."""


class SignInEndedError(UnknownCallerError):
    """Who asks was signed in on the page, and is no longer: 401, or to the identity provider again."""


class ForbiddenError(RefusedError):
    """Who asks is known, and may not do this: 403."""


class MalformedIdentityError(RefusedError):
    """What was sent to say who asks cannot be read: 400."""


class ProviderError(Exception):
    """The identity provider cannot be reached, or answers nonsense: nobody can be let in now."""
