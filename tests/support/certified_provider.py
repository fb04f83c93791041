"""An OpenID provider that others wrote (idpyoidc), with a form to sign in; it insists on PKCE."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import Any

from idpyoidc.message.oidc import AuthorizationRequest
from idpyoidc.server import Server
from idpyoidc.server.configure import OPConfiguration
from idpyoidc.server.exception import FailedAuthentication
from idpyoidc.server.user_authn.user import UserAuthnMethod, create_signed_jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.web_server import serve_app

CLIENT_ID = "sitelore"
CLIENT_SECRET = "a-secret-of-the-search-service-as-long-as-they-are"
PASSWORD = "correct horse"
_PASSWORD_CLASS = "urn:oasis:names:tc:SAML:2.0:ac:classes:InternetProtocolPassword"
_KEYS = {"key_defs": [{"type": "RSA", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}]}


class PasswordForm(UserAuthnMethod):  # type: ignore[misc]  # it has no types
    """Asks for a name and the password that everyone has."""

    def __call__(self, **asked: Any) -> str:
        context, keys = self.upstream_get("context"), self.upstream_get("attribute", "keyjar")
        token = create_signed_jwt(context.issuer, keys, **asked)
        return (
            "<!doctype html><html lang='en'><title>Provider</title><form method='post' action='/verify'>"
            f"<input type='hidden' name='token' value='{escape(token)}'>"
            "<label>Name <input name='name'></label> <label>Password <input name='password'></label>"
            "<button>Enter</button></form></html>"
        )

    def verify(self, *_: Any, **typed: str) -> str:
        if typed["password"] != PASSWORD:
            raise FailedAuthentication
        return typed["name"]


class CertifiedProvider:
    """The provider and its HTTP side; `users` are claims by name."""

    def __init__(self, issuer: str, folder: str, users: Mapping[str, Mapping[str, Any]]) -> None:
        self.issuer = issuer
        self._server = Server(OPConfiguration(_configuration(issuer, users), base_path=folder), cwd=folder)
        self.sessions_ended = 0

    def register(self, origin: str) -> None:
        """The search service at `origin` may send people here."""
        self._server.context.cdb[CLIENT_ID] = {
            "client_secret": CLIENT_SECRET,
            "redirect_uris": [(f"{origin}/sign-in/callback", None)],
            "post_logout_redirect_uri": (f"{origin}/", ""),
            "client_salt": "salted",
            "token_endpoint_auth_method": "client_secret_basic",
            "response_types_supported": ["code"],
            "allowed_scopes": ["openid", "profile", "email"],
        }

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self.describe),
            Route("/jwks.json", self.keys),
            Route("/verify", self.verify, methods=["POST"]),
            Route("/end_session", self.end),
            Route("/verify_logout", self.ended),
            Route("/{name}", self.ask, methods=["GET", "POST"]),
        ]

    async def describe(self, request: Request) -> Response:
        endpoint = self._server.get_endpoint("provider_config")
        return _response(endpoint, endpoint.process_request())

    async def keys(self, request: Request) -> Response:
        return Response(self._server.keyjar.export_jwks_as_json(), media_type="application/json")

    async def ask(self, request: Request) -> Response:
        endpoint = self._server.get_endpoint(request.path_params["name"])
        http = _http(request)
        sent: Any = (
            (await request.body()).decode() if request.method == "POST" else dict(request.query_params)
        )
        parsed = endpoint.parse_request(sent, http_info=http)
        if "error" in parsed:
            return JSONResponse(parsed.to_dict(), 400)
        told = endpoint.process_request(parsed, http_info=http)
        return _response(endpoint, told, parsed)

    async def end(self, request: Request) -> Response:
        endpoint = self._server.get_endpoint("session")
        wanted = endpoint.request_cls(**request.query_params)  # its own parsing wants a token of the client
        assert wanted.verify(keyjar=self._server.keyjar, sigalg="")
        return _response(endpoint, endpoint.process_request(wanted, http_info=_http(request)))

    async def verify(self, request: Request) -> Response:
        typed = dict(await request.form())
        method = self._server.context.authn_broker.get_method_by_id("form")
        asked = method.unpack_token(typed["token"])
        user = method.verify(**{name: str(value) for name, value in typed.items()})
        wanted = AuthorizationRequest().from_urlencoded(asked["query"])
        endpoint = self._server.get_endpoint("authorization")
        session = endpoint.create_session(wanted, user, asked["authn_class_ref"], asked["iat"], method)
        return _response(endpoint, endpoint.authz_part2(wanted, session), wanted)

    async def ended(self, request: Request) -> Response:
        told = self._server.get_endpoint("session").unpack_signed_jwt(request.query_params["sjwt"])
        self.sessions_ended += 1
        return RedirectResponse(told["redirect_uri"], 302)


def _http(request: Request) -> dict[str, Any]:
    return {
        "headers": dict(request.headers),
        "method": request.method,
        "url": str(request.url),
        "cookie": [{"name": name, "value": value} for name, value in request.cookies.items()],
    }


def _response(endpoint: Any, told: Mapping[str, Any], asked: Any = None) -> Response:
    if "http_response" in told:
        return HTMLResponse(told["http_response"])
    if "error" in told:
        return JSONResponse(told.to_dict() if hasattr(told, "to_dict") else dict(told), 400)
    if "redirect_location" in told:
        return RedirectResponse(told["redirect_location"], 302)
    info = endpoint.do_response(request=asked, **told)
    if endpoint.response_placement == "url":
        answer: Response = RedirectResponse(info["response"], 302)
    else:
        answer = Response(info["response"], media_type="application/json")
    for cookie in info.get("cookie", ()):
        answer.set_cookie(cookie["name"], cookie["value"], httponly=True)
    return answer


def _configuration(issuer: str, users: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    crypt = {"kwargs": {"password": secrets.token_urlsafe(32), "salt": "salted", "iterations": 1}}
    return {
        "issuer": issuer,
        "httpc_params": {"verify": False},
        "keys": {"uri_path": "jwks.json", **_KEYS},
        "endpoint": {
            name: {
                "path": path,
                "class": f"idpyoidc.server.oidc.{kind}",
                "kwargs": {"client_authn_method": methods} | more,
            }
            for name, path, kind, methods, more in (
                (
                    "provider_config",
                    ".well-known/openid-configuration",
                    "provider_config.ProviderConfiguration",
                    None,
                    {},
                ),
                ("authorization", "authorization", "authorization.Authorization", None, {}),
                ("token", "token", "token.Token", ["client_secret_basic"], {}),
                ("userinfo", "userinfo", "userinfo.UserInfo", ["bearer_header"], {}),
                (
                    "session",
                    "end_session",
                    "session.Session",
                    None,
                    {
                        "post_logout_uri_path": "ended",
                        "signing_alg": "ES256",
                        "logout_verify_url": f"{issuer}/verify_logout",
                    },
                ),
            )
        },
        "authentication": {"form": {"acr": _PASSWORD_CLASS, "class": PasswordForm, "kwargs": {}}},
        "userinfo": {"class": "idpyoidc.server.user_info.UserInfo", "kwargs": {"db": users}},
        "scopes_to_claims": {"openid": ["sub"], "profile": ["name", "groups"], "email": ["email"]},
        "add_ons": {
            "pkce": {
                "function": "idpyoidc.server.oauth2.add_on.pkce.add_support",
                "kwargs": {"essential": True},
            }
        },
        "cookie_handler": {
            "class": "idpyoidc.server.cookie_handler.CookieHandler",
            "kwargs": {
                "sign_key": secrets.token_urlsafe(36),
                "name": {
                    "session": "provider",
                    "register": "provider_register",
                    "session_management": "provider_management",
                },
            },
        },
        "token_handler_args": {
            "code": {"lifetime": 600, "kwargs": {"crypt_conf": crypt}},
            "token": {"class": "idpyoidc.server.token.jwt_token.JWTToken", "kwargs": {"lifetime": 3600}},
            "id_token": {"class": "idpyoidc.server.token.id_token.IDToken", "kwargs": {}},
        },
        "session_params": {"encrypter": crypt},
    }


@contextmanager
def serving_certified_provider(users: Mapping[str, Mapping[str, Any]]) -> Iterator[CertifiedProvider]:
    """A provider that runs until the block ends."""
    made: list[CertifiedProvider] = []
    with tempfile.TemporaryDirectory() as folder:

        def build(address: str) -> Starlette:
            made.append(CertifiedProvider(address, folder, users))
            return Starlette(routes=made[0].routes())

        with serve_app(build):
            yield made[0]
