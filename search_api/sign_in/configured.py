"""The sign-in that a configuration asks for."""

from __future__ import annotations

from catalog.vault import Vault
from search_api.identity.tokens import TokenRules
from search_api.sign_in.exchange import Client
from search_api.sign_in.flow import SignInFlow
from search_api.sign_in.provider import Provider
from settings.search import SignInAuthentication


def configured_sign_in(authentication: SignInAuthentication, vault: Vault) -> SignInFlow:
    """People sign in as `search.authentication` of type oidc says."""
    rules = TokenRules(
        issuer=authentication.issuer,
        audience=authentication.client_id,
        user_claim=authentication.user_claim,
        groups_claim=authentication.groups_claim,
    )
    client = Client(authentication.client_id, authentication.client_secret.reveal(), authentication.scopes)
    return SignInFlow(
        Provider(authentication.issuer), client, rules, vault, lifetime=authentication.session_lifetime
    )
