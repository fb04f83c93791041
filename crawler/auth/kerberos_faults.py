"""The table from Kerberos error codes to faults with a sentence (RFC 4120 section 7.5.9, MIT's krb5.h)."""

from __future__ import annotations

import re
from typing import Final

from crawler.auth.outcome import LoginFault, LoginFaultKind

INSTALL: Final = (
    "Kerberos needs packages that are not installed: `apt install libkrb5-dev`, then "
    "`pip install 'sitelore[kerberos]'`"
)

_REJECTED: Final = (
    LoginFaultKind.REJECTED,
    "the Kerberos realm rejected the password of {who}: correct `auth.password`",
)
_NO_REALM: Final = (
    LoginFaultKind.NO_TICKET,
    "the Kerberos realm of {who} cannot be found ({text}): add it to /etc/krb5.conf",
)
_NO_CACHE: Final = (
    LoginFaultKind.NO_TICKET,
    "there is no Kerberos ticket ({text}): run `kinit`, or set `auth.keytab` or `auth.password`",
)
_NO_KEY: Final = (
    LoginFaultKind.NO_TICKET,
    "the keytab has no key for {who} ({text}): correct `auth.keytab` or `auth.username`",
)

_FAULTS: Final[dict[int, tuple[LoginFaultKind, str]]] = {
    # what the key distribution centre says of the account
    -1765328360: _REJECTED,  # KDC_ERR_PREAUTH_FAILED
    -1765328174: _REJECTED,  # KRB5_PREAUTH_FAILED
    -1765328353: _REJECTED,  # KRB_AP_ERR_BAD_INTEGRITY: our own decryption, where no proof is asked for first
    -1765328366: (  # KDC_ERR_CLIENT_REVOKED
        LoginFaultKind.LOCKED,
        "the Kerberos account {who} is locked or disabled: have it unlocked before you try again",
    ),
    -1765328383: (  # KDC_ERR_NAME_EXP
        LoginFaultKind.LOCKED,
        "the Kerberos account {who} has expired: have an administrator extend it",
    ),
    -1765328361: (  # KDC_ERR_KEY_EXPIRED
        LoginFaultKind.PASSWORD_EXPIRED,
        "the password of {who} has expired: set a new one and correct `auth.password`",
    ),
    -1765328378: (  # KDC_ERR_C_PRINCIPAL_UNKNOWN
        LoginFaultKind.NO_TICKET,
        "the Kerberos realm knows no account {who}: correct `auth.username` (user@REALM)",
    ),
    -1765328347: (  # KRB_AP_ERR_SKEW
        LoginFaultKind.CLOCK_SKEW,
        "the clocks of this machine and of a Kerberos server are too far apart ({text}): set them by NTP",
    ),
    -1765328377: (  # KDC_ERR_S_PRINCIPAL_UNKNOWN
        LoginFaultKind.NO_TICKET,
        "the Kerberos realm knows no such web server ({text}): have its principal HTTP/host registered, or "
        "use the name under which it is",
    ),
    -1765328352: (  # KRB_AP_ERR_TKT_EXPIRED
        LoginFaultKind.NO_TICKET,
        "the Kerberos ticket of {who} has expired: run `kinit`, or set `auth.keytab` or `auth.password`",
    ),
    # what libkrb5 itself finds
    -1765328228: (  # KRB5_KDC_UNREACH
        LoginFaultKind.NO_TICKET,
        "no Kerberos server answers ({text}): check /etc/krb5.conf",
    ),
    -1765328230: _NO_REALM,  # KRB5_REALM_UNKNOWN
    -1765328164: _NO_REALM,  # KRB5_REALM_CANT_RESOLVE
    -1765328160: (  # KRB5_CONFIG_NODEFREALM
        LoginFaultKind.NO_TICKET,
        "{who} names no Kerberos realm and /etc/krb5.conf no default one: write `auth.username` as "
        "user@REALM",
    ),
    -1765328189: _NO_CACHE,  # KRB5_FCC_NOFILE
    -1765328243: _NO_CACHE,  # KRB5_CC_NOTFOUND
    -1765328203: _NO_KEY,  # KRB5_KT_NOTFOUND
    2: _NO_KEY,  # ENOENT
    13: _NO_KEY,  # EACCES
}
_LAST_CODE: Final = re.compile(r"\s*-?\d+$")


def fault_of_code(code: int, text: str, who: str) -> LoginFault:
    """The fault of an error of libkrb5; an unknown one in libkrb5's own words."""
    words = _LAST_CODE.sub("", text).strip()
    kind, sentence = _FAULTS.get(
        code,
        (LoginFaultKind.NO_TICKET, "no Kerberos ticket for {who}: {text}; check /etc/krb5.conf and `auth`"),
    )
    return LoginFault(kind, sentence.format(who=who, text=words))


def rejected_key(who: str) -> LoginFault:
    """The fault of a keytab whose key is not the account's any more."""
    return LoginFault(
        LoginFaultKind.REJECTED,
        f"the Kerberos realm rejected the key of {who}: has the password changed since? Make a new "
        "`auth.keytab`",
    )


def fault_of_error(error: BaseException, who: str, origin: str) -> LoginFault | None:
    """The fault in an error of pyspnego about a web server; None where it has nothing of Kerberos.

    Nothing of it is about the password: the realm has accepted that already.
    """
    inner: object = error
    while inner is not None:
        minor = getattr(inner, "min_code", None)
        if isinstance(minor, int) and minor:
            text = _minor_words(str(inner))
            code = minor - (1 << 32) if minor >= 1 << 31 else minor
            fault = fault_of_code(code, text, who)
            if code in _FAULTS and not fault.kind.spends_the_password:
                return fault
            return refused_ticket(origin, who, text)
        inner = getattr(inner, "base_error", None)
    return None


def refused_ticket(origin: str, who: str, text: str = "401") -> LoginFault:
    """The fault of a good ticket that a web server does not take."""
    return LoginFault(
        LoginFaultKind.NO_EFFECT,
        f"{origin} refused the Kerberos ticket of {who} ({text}): may the account read it, and does the "
        "server's keytab fit the realm?",
    )


def _minor_words(text: str) -> str:
    """What happened, in GSSAPI's words: ``Major (…): …, Minor (…): Clock skew too great``."""
    return text.rpartition("Minor ")[2].partition("): ")[2] or text
