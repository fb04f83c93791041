"""From what a request carries to who asks: the one place where identity is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Protocol

from catalog.api_keys import PREFIX, ApiKey, Scope, SigningKey
from catalog.sign_ins import Person
from search_api.identity.caller import ANONYMOUS, Caller, Claimed
from search_api.identity.on_behalf import on_behalf
from search_api.identity.refusals import (
    ForbiddenError,
    MalformedIdentityError,
    SignInEndedError,
    UnknownCallerError,
)
from search_api.identity.signed_requests import ALGORITHM, SentRequest, check_signature, parse_signature
from search_api.identity.tokens import TokenChecker


class Directory(Protocol):
    """What the catalog knows of callers."""

    def key(self, text: str) -> ApiKey | None: ...

    def signing_key(self, access_key_id: str) -> SigningKey | None: ...

    def signed_in(self, identifier: str) -> Person | ApiKey | None: ...

    def expanded(self, principals: frozenset[str]) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request says of who asks: values of its headers, and of the cookie of who signed in.

    `request` is all of one that is signed.
    """

    authorization: Sequence[bytes] = ()
    users: Sequence[bytes] = ()
    groups: Sequence[bytes] = ()
    sign_in: str | None = field(default=None, repr=False)
    request: SentRequest | None = None

    @property
    def are_signed(self) -> bool:
        """Whether the request is signed: then all of it says who asks."""
        return any(value.startswith(ALGORITHM.encode()) for value in self.authorization)

    @property
    def are_none(self) -> bool:
        """Whether nothing was said."""
        return not (self.authorization or self.users or self.groups) and self.sign_in is None


class Identifier:
    """Decides who asks.

    `tokens` checks JSON Web Tokens, where they are accepted. Where `people_sign_in`, who signed in at the
    identity provider counts; whoever did so before that was switched off is nobody. Where `is_public_only`,
    nobody is more than the public: keys count for their other scopes alone. Of `admins` (principals) people
    are operators.
    """

    def __init__(
        self,
        tokens: TokenChecker | None = None,
        admins: frozenset[str] = frozenset(),
        *,
        people_sign_in: bool = False,
        is_public_only: bool = False,
    ) -> None:
        self._tokens: Final = tokens
        self._admins: Final = admins
        self._people_sign_in: Final = people_sign_in
        self._is_public_only: Final = is_public_only

    def identify(self, directory: Directory, credentials: Credentials) -> Caller:
        """Who asks. Without credentials: the public.

        Raises `UnknownCallerError`, `ForbiddenError`, `MalformedIdentityError` or `ProviderError`: wrong
        credentials are never taken for none.
        """
        claimed = on_behalf(self._claimed(directory, credentials), credentials.users, credentials.groups)
        if self._is_public_only:
            if claimed.acts_as:
                raise ForbiddenError("nobody can be acted for while `search.authentication` is none")
            return Caller(scopes=claimed.scopes, key=claimed.key, signed_in=claimed.signed_in)
        principals = self.principals(directory, claimed)
        scopes = claimed.scopes
        if not claimed.acts_as and claimed.key is None and not self._admins.isdisjoint(principals):
            scopes |= {Scope.ADMIN}
        return Caller(principals, scopes, claimed.user, claimed.key, claimed.signed_in, groups=claimed.groups)

    def principals(self, directory: Directory, claimed: Claimed) -> frozenset[str]:
        """What someone of whom that is known holds, with every group that they are in through others."""
        return ANONYMOUS.principals if self._is_public_only else directory.expanded(claimed.principals)

    def _claimed(self, directory: Directory, credentials: Credentials) -> Claimed:
        if not credentials.authorization:
            return self._signed_in(directory, credentials.sign_in)
        if credentials.are_signed:
            return _signer(directory, credentials)
        token = _bearer(credentials.authorization)
        if token.startswith(PREFIX):
            key = directory.key(token)
            if key is None:
                raise UnknownCallerError("there is no such key, or it was revoked")
            return _of_key(key)
        if self._tokens is None:
            raise UnknownCallerError("what was sent is no key of this service, and tokens are not accepted")
        return self._tokens.claimed(token)

    def _signed_in(self, directory: Directory, identifier: str | None) -> Claimed:
        if identifier is None:
            return ANONYMOUS
        match directory.signed_in(identifier):
            case ApiKey() as key:
                return replace(_of_key(key), signed_in=True)
            case Person() as person if self._people_sign_in:
                return Claimed(person.user, person.groups, signed_in=True)
            case _:
                raise SignInEndedError("the sign-in has ended: sign in again", "Cookie")


def require(caller: Caller, scope: Scope) -> Caller:
    """The caller again, if it has the scope; raises `ForbiddenError`, or `UnknownCallerError` for nobody."""
    if scope in caller.scopes:
        return caller
    if not caller.is_known:
        raise UnknownCallerError(f"needs a caller with the scope {scope}")
    if scope is Scope.SEARCH and Scope.ACT_AS in caller.scopes:
        raise ForbiddenError("the key has no scope search of its own: name a user by X-On-Behalf-Of")
    raise ForbiddenError(f"needs the scope {scope}, which this caller does not have")


def _signer(directory: Directory, credentials: Credentials) -> Claimed:
    assert credentials.request is not None  # whoever reads credentials brings it along
    signature = parse_signature(_only(credentials.authorization))
    found = directory.signing_key(signature.access_key_id)
    if found is None:
        raise UnknownCallerError("there is no such access key, or it was revoked")
    check_signature(signature, credentials.request, found.secret, datetime.now(UTC))
    return _of_key(found.key)


def _of_key(key: ApiKey) -> Claimed:
    return Claimed(None, key.groups, key.scopes, key.name)


def _bearer(values: Sequence[bytes]) -> str:
    scheme, _, token = _only(values).strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or not token.isascii():
        raise UnknownCallerError("must be `Bearer` and a key or token")
    return token


def _only(values: Sequence[bytes]) -> str:
    if len(values) > 1:
        raise MalformedIdentityError("is sent more than once")
    return values[0].decode("latin-1")
