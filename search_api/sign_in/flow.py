"""The authorization code flow (OpenID Connect Core 1.0, section 3.1; RFC 9700): there and back again."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from catalog.sign_ins import Person
from catalog.vault import Vault
from search_api.identity.key_sets import KeySource
from search_api.identity.published import fetch
from search_api.identity.refusals import ProviderError, UnknownCallerError
from search_api.identity.tokens import TokenChecker, TokenRules, claim_at, claimed_by
from search_api.sign_in.attempt import Attempt, local_path, unsealed
from search_api.sign_in.exchange import Client, authorization_address, exchanged
from search_api.sign_in.id_tokens import check_id_token
from search_api.sign_in.provider import Provider, ProviderMetadata
from search_api.sign_in.refusals import Refusal, SignInError, refusal_of

logger: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and the cookie that it brings back."""

    location: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Who signed in, the provider's token that says so, and where the browser goes on."""

    person: Person
    id_token: str
    next_path: str


class SignInFlow:
    """Sends people to the provider and understands what they bring back; for any thread.

    `rules.audience` is the client's id; someone stays signed in for `lifetime`.
    """

    def __init__(
        self,
        provider: Provider,
        client: Client,
        rules: TokenRules,
        vault: Vault,
        *,
        lifetime: timedelta,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.lifetime: Final = lifetime
        self._provider: Final = provider
        self._client: Final = client
        self._rules: Final = rules
        self._vault: Final = vault
        self._clock: Final = clock
        self._checker: Final = TokenChecker(KeySource(provider.keys), rules, clock)

    def begin(self, redirect_uri: str, next_path: str) -> Begun:
        """Begin to sign in; raises `SignInError`."""
        attempt = Attempt(redirect_uri, local_path(next_path), self._clock())
        try:
            location = authorization_address(self._client, self._provider.metadata(), attempt)
        except ProviderError as error:
            raise _not_reached(error) from error
        return Begun(location, attempt.sealed(self._vault))

    def finish(self, answer: Mapping[str, str], cookie: str | None) -> Finished:
        """Who the provider's answer (the parameters of the address that it sent the browser to) signs in.

        `cookie` is what `begin` gave to the same browser. Raises `SignInError`.
        """
        attempt = unsealed(cookie, self._vault) if cookie else None
        if attempt is None or answer.get("state") != attempt.state:
            raise SignInError(
                Refusal.NOT_BEGUN_HERE,
                "It was begun in another window, more than ten minutes ago, or finished before: start again.",
            )
        try:
            return self._finished(answer, attempt)
        except UnknownCallerError as error:
            logger.warning("what %s says was refused: %s", self._provider.issuer, error)
            raise SignInError(Refusal.NOT_TRUSTED, f"Nobody was signed in: {error}.") from error
        except ProviderError as error:
            raise _not_reached(error) from error

    def end(self, id_token: str, return_to: str) -> str | None:
        """Where the browser ends the provider's own session (OpenID Connect RP-Initiated Logout 1.0).

        None where the provider offers no such thing, or cannot be asked.
        """
        try:
            endpoint = self._provider.metadata().end_session_endpoint
        except ProviderError:
            return None
        if endpoint is None:
            return None
        told = {"id_token_hint": id_token, "post_logout_redirect_uri": return_to}
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(told)}"

    def _finished(self, answer: Mapping[str, str], attempt: Attempt) -> Finished:
        metadata, issuer = self._provider.metadata(), self._provider.issuer
        # Else one provider's answer could be brought to another's callback: RFC 9207, section 4.
        if answer.get("iss", None if metadata.names_itself else issuer) != issuer:
            raise UnknownCallerError("the answer is of another provider than `issuer` names")
        if "error" in answer:
            raise refusal_of(answer["error"])
        if not answer.get("code"):
            raise UnknownCallerError("there is no code in the answer")
        tokens = exchanged(self._client, metadata, attempt, answer["code"])
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise UnknownCallerError("there is no ID token in the answer")
        claims = self._checker.claims(id_token)
        check_id_token(claims, attempt, self._client.id, self._clock())
        claimed = claimed_by(self._completed(claims, metadata, tokens.get("access_token")), self._rules)
        assert claimed.user is not None  # `claimed_by` refuses claims that name nobody
        return Finished(Person(claimed.user, claimed.groups), id_token, attempt.next_path)

    def _completed(
        self, claims: Mapping[str, Any], metadata: ProviderMetadata, access_token: object
    ) -> Mapping[str, Any]:
        """The claims, with those of `userinfo` where the ID token lacks the user or the groups."""
        wanted = (self._rules.user_claim, self._rules.groups_claim)
        if all(claim_at(claims, name) is not None for name in wanted):
            return claims
        if metadata.userinfo_endpoint is None or not isinstance(access_token, str):
            return claims
        try:
            told = json.loads(fetch(metadata.userinfo_endpoint, {"authorization": f"Bearer {access_token}"}))
        except (ValueError, RecursionError):
            raise ProviderError(f"{metadata.userinfo_endpoint} does not answer with JSON") from None
        if not isinstance(told, dict) or told.get("sub") != claims.get("sub"):
            # OpenID Connect Core 1.0, section 5.3.2
            raise UnknownCallerError("`userinfo` is about someone else than the token")
        return {**told, **claims}


def _not_reached(error: ProviderError) -> SignInError:
    logger.warning("nobody can sign in: %s", error)
    return SignInError(
        Refusal.NOT_REACHED, "Try again in a moment; what is public can be searched meanwhile."
    )
