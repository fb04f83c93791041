"""`connectors[].auth`: the login types, each with the keys that it needs and no others."""

from __future__ import annotations

import re
from base64 import b32decode
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, Tag, model_validator

from settings.faults import UnquotableError
from settings.secrets import Secret
from settings.section import LocalPath, Section, one_or_many
from settings.selectors import Selector
from settings.urls import Host, HttpUrl, Origin
from settings.variants import by_type

Text = Annotated[str, Field(min_length=1)]
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def _header_name(name: str) -> str:
    """A token (RFC 9110, section 5.6.2)."""
    if not _TOKEN.fullmatch(name):
        raise ValueError("must be a header's name such as X-Api-Key")
    return name


HeaderName = Annotated[str, AfterValidator(_header_name)]


def _base32(secret: Secret) -> Secret:
    """A key as it stands behind the QR code (RFC 4648, section 6); spaces, case and padding do not matter."""
    text = "".join(secret.reveal().split()).rstrip("=").upper()
    try:
        b32decode(text + "=" * (-len(text) % 8))
    except ValueError:
        raise UnquotableError(
            "must be the key of the one-time codes in Base32: letters and digits 2 to 7"
        ) from None
    return secret


Base32 = Annotated[Secret, AfterValidator(_base32)]


class LoggedIn(Section):
    """The canary: a page that looks different when the session is over."""

    url: HttpUrl
    """An address that only people who are logged in can read."""
    contains: Text
    """A text that stands on it while the session lives."""


class Login(Section):
    """What every type of login has."""

    origins: tuple[Origin, ...] = Field(default=(), examples=[["https://intranet.example.com"]])
    """Scheme, host and port where the credentials and headers may go; empty: the seeds' origins."""
    headers: Mapping[HeaderName, Secret] = Field(
        default_factory=dict, examples=[{"X-Api-Key": "${env:API_KEY}"}]
    )
    """Request headers, sent to the same origins only."""
    logged_in: LoggedIn | None = None
    """The canary, asked before a run and whenever a page looks like a login."""


class NoLogin(Login):
    """No login; perhaps headers."""

    type: Literal["none"]
    """Only `headers` are sent."""


class PasswordLogin(Login):
    """What the challenges that take a name and a password share."""

    username: Text
    """The account, as the server wants it (`DOMAIN\\user`, `user@REALM`)."""
    password: Secret
    """Its password."""


class BasicLogin(PasswordLogin):
    """HTTP Basic (RFC 7617)."""

    type: Literal["basic"]
    """HTTP Basic (RFC 7617)."""


class DigestLogin(PasswordLogin):
    """HTTP Digest (RFC 7616)."""

    type: Literal["digest"]
    """HTTP Digest (RFC 7616)."""


class NtlmLogin(PasswordLogin):
    """NTLMv2; every connection is authenticated."""

    type: Literal["ntlm"]
    """NTLMv2."""


class TicketLogin(Login):
    """What Negotiate and Kerberos share; without a password and a keytab the ticket cache is used."""

    username: Text | None = None
    """The principal (`user@REALM`)."""
    password: Secret | None = None
    """Its password."""
    keytab: LocalPath | None = None
    """A keytab file instead of the password."""


class NegotiateLogin(TicketLogin):
    """Kerberos where it works, else NTLM; never Basic (RFC 4559)."""

    type: Literal["negotiate"]
    """Kerberos where it works, else NTLM; never Basic (RFC 4559)."""


class KerberosLogin(TicketLogin):
    """Kerberos and nothing weaker (RFC 4559)."""

    type: Literal["kerberos"]
    """Kerberos and nothing weaker (RFC 4559)."""


class PageLogin(PasswordLogin):
    """What logins on a web page share; the fields are found by themselves where none are given."""

    login_url: HttpUrl
    """The page that asks for the user name. The password is typed on this host only."""
    username_field: Selector | None = Field(default=None, examples=["xpath://input[@id='user']"])
    """Where the user name goes."""
    next_button: Selector | None = None
    """The button between user name and password, on forms of two steps."""
    password_field: Selector | None = None
    """Where the password goes."""
    submit_button: Selector | None = None
    """The button that sends the form."""
    totp_secret: Base32 | None = None
    """The key (base32) of the one-time codes, where the account has a second factor."""
    login_hosts: tuple[Host, ...] = Field(default=(), examples=[["login.example.com"]])
    """Further hosts on which the password may be typed, as a SAML provider's."""


class FormLogin(PageLogin):
    """A form on the site itself."""

    type: Literal["form"]
    """A form on the site itself."""


class SamlLogin(PageLogin):
    """A SAML identity provider; its form takes the password."""

    type: Literal["saml"]
    """A SAML identity provider, whose form takes the password (name its host in `login_hosts`)."""


class BearerLogin(Login):
    """A token in the Authorization header (RFC 6750)."""

    type: Literal["bearer"]
    """A token in the Authorization header (RFC 6750)."""
    token: Secret
    """The token."""


class OAuth2Login(Login):
    """OAuth 2 client credentials (RFC 6749, section 4.4)."""

    type: Literal["oauth2"]
    """OAuth 2 client credentials (RFC 6749, section 4.4)."""
    token_url: HttpUrl
    """The token endpoint."""
    client_id: Text
    """The client's name."""
    client_secret: Secret
    """The client's secret."""
    scope: Text | None = None
    """The scopes to ask for, parted by spaces."""


class CookiesLogin(Login):
    """A session made elsewhere."""

    type: Literal["cookies"]
    """A session made elsewhere: `cookies`, `storage_state` or both."""
    cookies: Mapping[Text, Secret] = Field(default_factory=dict, examples=[{"SESSION": "${env:SESSION}"}])
    """Cookies by name."""
    storage_state: LocalPath | None = None
    """A browser's storage state as Playwright saves it (JSON): its cookies, and for pages that are rendered
    what the login's origins stored."""

    @model_validator(mode="after")
    def _has_a_session(self) -> CookiesLogin:
        if not self.cookies and self.storage_state is None:
            raise ValueError("must have `cookies` or `storage_state`")
        return self


class ClientCertificateLogin(Login):
    """TLS client authentication."""

    type: Literal["client_certificate"]
    """TLS client authentication."""
    certificate: LocalPath
    """The certificate (PEM), with its chain."""
    key: LocalPath | None = None
    """Its private key (PEM); null: it stands in the same file."""


LoginSettings = Annotated[
    Annotated[NoLogin, Tag("type=none")]
    | Annotated[BasicLogin, Tag("type=basic")]
    | Annotated[DigestLogin, Tag("type=digest")]
    | Annotated[NtlmLogin, Tag("type=ntlm")]
    | Annotated[NegotiateLogin, Tag("type=negotiate")]
    | Annotated[KerberosLogin, Tag("type=kerberos")]
    | Annotated[FormLogin, Tag("type=form")]
    | Annotated[SamlLogin, Tag("type=saml")]
    | Annotated[BearerLogin, Tag("type=bearer")]
    | Annotated[OAuth2Login, Tag("type=oauth2")]
    | Annotated[CookiesLogin, Tag("type=cookies")]
    | Annotated[ClientCertificateLogin, Tag("type=client_certificate")],
    by_type(
        "none",
        "basic",
        "digest",
        "ntlm",
        "negotiate",
        "kerberos",
        "form",
        "saml",
        "bearer",
        "oauth2",
        "cookies",
        "client_certificate",
    ),
]


def _one_for_each_origin(logins: tuple[LoginSettings, ...]) -> tuple[LoginSettings, ...]:
    """Of two logins for one origin, one would never be used."""
    seen: set[str | None] = set()
    for login in logins:
        for origin in login.origins or (None,):
            if origin in seen:
                where = "the seeds' origins" if origin is None else origin
                raise ValueError(
                    f"must have one login for each origin, and two are for {where}: "
                    "give each entry its own `origins` (headers may stand beside any login)"
                )
            seen.add(origin)
    return logins


Logins = Annotated[
    tuple[LoginSettings, ...],
    AfterValidator(_one_for_each_origin),
    BeforeValidator(one_or_many, json_schema_input_type=LoginSettings | tuple[LoginSettings, ...]),
]
"""One login, or a list of which each entry names its `origins`."""


def requires_access(logins: tuple[LoginSettings, ...]) -> bool:
    """Whether what is crawled was behind a login, so that somebody must say who may read it."""
    return any(login.type != "none" or login.headers for login in logins)
