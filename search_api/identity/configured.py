"""The identity that a configuration asks for."""

from __future__ import annotations

from search_api.identity.identify import Identifier
from search_api.identity.key_sets import KeySource, of_address, of_file
from search_api.identity.tokens import TokenChecker, TokenRules
from settings.search import (
    KeyAuthentication,
    NoAuthentication,
    SearchSettings,
    SignInAuthentication,
    TokenAuthentication,
)


def configured_identifier(settings: SearchSettings) -> Identifier:
    """How callers are told apart: keys always, tokens where they are configured.

    ID tokens of people who sign in are no tokens that a program may send: they are meant for the page.
    """
    authentication, admins = settings.authentication, frozenset[str](settings.admins)
    match authentication:
        case NoAuthentication():
            return Identifier(is_public_only=True)
        case TokenAuthentication():
            return Identifier(token_checker(authentication), admins)
        case SignInAuthentication():
            return Identifier(admins=admins, people_sign_in=True)
        case KeyAuthentication():
            return Identifier(admins=admins)


def token_checker(authentication: TokenAuthentication) -> TokenChecker:
    """Checks tokens as `search.authentication` of type jwt says."""
    if authentication.jwks_file is not None:
        read = of_file(authentication.jwks_file)
    else:
        assert authentication.jwks_url is not None
        read = of_address(authentication.jwks_url)
    rules = TokenRules(
        issuer=authentication.issuer,
        audience=authentication.audience,
        user_claim=authentication.user_claim,
        groups_claim=authentication.groups_claim,
    )
    return TokenChecker(KeySource(read), rules)
