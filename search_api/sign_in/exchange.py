"""What this service says to the provider as its client: where to sign in, and a code against tokens."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote_plus

import httpx2
from authlib.integrations.httpx_client import OAuth2Client as OAuth2HttpClient
from authlib.integrations.httpx_client import OAuthError
from authlib.oauth2 import OAuth2Client

from search_api.identity.published import TIMEOUT_SECONDS
from search_api.identity.refusals import ProviderError
from search_api.sign_in.attempt import Attempt
from search_api.sign_in.provider import ProviderMetadata
from search_api.sign_in.refusals import refusal_of

logger: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Client:
    """This service, as it is registered at the provider."""

    id: str
    secret: str = field(repr=False)
    scopes: tuple[str, ...]


def authorization_address(client: Client, metadata: ProviderMetadata, attempt: Attempt) -> str:
    """Where the browser goes to sign in (with PKCE: RFC 7636, S256)."""
    address: str
    address, _ = OAuth2Client(None, client.id, code_challenge_method="S256").create_authorization_url(
        metadata.authorization_endpoint,
        scope=" ".join(client.scopes),
        redirect_uri=attempt.redirect_uri,
        state=attempt.state,
        nonce=attempt.nonce,
        code_verifier=attempt.verifier,
    )
    return address


def exchanged(client: Client, metadata: ProviderMetadata, attempt: Attempt, code: str) -> Mapping[str, Any]:
    """The token endpoint's answer to a code; raises `SignInError` or `ProviderError`."""
    client_id, secret, method = client.id, client.secret, "client_secret_post"
    if metadata.takes_basic:  # written as a form's values are: RFC 6749, section 2.3.1
        client_id, secret, method = quote_plus(client_id), quote_plus(secret), "client_secret_basic"
    try:
        with OAuth2HttpClient(
            client_id, secret, token_endpoint_auth_method=method, timeout=TIMEOUT_SECONDS, trust_env=False
        ) as session:
            tokens: Mapping[str, Any] = session.fetch_token(
                metadata.token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
                redirect_uri=attempt.redirect_uri,
            )
    except OAuthError as error:
        logger.warning("%s gives no tokens: %r", metadata.token_endpoint, error)
        raise refusal_of(str(error.error)) from error
    except (httpx2.HTTPError, ValueError) as error:
        raise ProviderError(f"{metadata.token_endpoint} does not answer as it should: {error}") from error
    return tokens
