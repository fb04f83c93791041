"""Kerberos tickets: by password, by keytab, or those that the machine's ticket cache holds (RFC 4120).

The key distribution centre is asked once, not for every connection: its ticket is kept in this process and
used until shortly before its end. What it says of a password is final.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crawler.auth.kerberos_faults import INSTALL, fault_of_code, rejected_key
from crawler.auth.outcome import LoginError, LoginFault, LoginFaultKind

if TYPE_CHECKING:
    import krb5

RENEWED_SECONDS: Final = 300.0
"""How long before its end a ticket is replaced."""

ASKED_AGAIN_SECONDS: Final = 30.0
"""After a failure: how long no request asks again, so that a realm that is down does not hold up each."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A credential cache with a ticket: its name as libkrb5 has it, whose it is, its end (epoch seconds)."""

    cache: str
    principal: str
    ends: float
    holder: object = field(repr=False)  # a cache in memory lives as long as its handle


class Tickets:
    """Where the tickets of one login come from. Without password and keytab: the machine's ticket cache."""

    def __init__(
        self, username: str | None = None, password: str | None = None, keytab: Path | None = None
    ) -> None:
        self.username = username
        self._password = password
        self._keytab = keytab
        self._lock = asyncio.Lock()
        self._ticket: Ticket | None = None
        self._fault: LoginFault | None = None
        self._asks_from = float("-inf")

    @property
    def secrets(self) -> tuple[str, ...]:
        """Name and password, or name and the keytab's fingerprint; nothing for the ticket cache."""
        if self._keytab is not None:
            return (self.username or "", _fingerprint(self._keytab))
        return () if self._password is None else (self.username or "", self._password)

    @property
    def account(self) -> str:
        """Whose tickets these are, in words."""
        if self._ticket is not None:
            return self._ticket.principal
        if self.username is not None:
            return self.username
        return "the Kerberos ticket cache" if self._keytab is None else f"the keytab {self._keytab}"

    async def ticket(self) -> Ticket:
        """A ticket that lives for some time yet.

        Raises `LoginError`; once the password was rejected, without asking again; after another failure,
        without asking again for some time.
        """
        async with self._lock:
            if self._fault is not None and time.monotonic() < self._asks_from:
                raise LoginError(self._fault)
            if self._ticket is None or self._ticket.ends - time.time() < RENEWED_SECONDS:
                try:
                    self._ticket = await asyncio.to_thread(self._obtain)  # the network is asked: seconds
                except LoginError as error:
                    self._fault = error.fault
                    final = error.fault.kind.spends_the_password
                    self._asks_from = math.inf if final else time.monotonic() + ASKED_AGAIN_SECONDS
                    raise
            return self._ticket

    def _obtain(self) -> Ticket:
        try:
            import krb5  # noqa: PLC0415 - the extra `kerberos`: told when it is needed
        except ImportError as error:
            raise LoginError(LoginFault(LoginFaultKind.NO_TICKET, INSTALL)) from error
        try:
            if self._keytab is not None:
                return _by_keytab(krb5.init_context(), self._keytab, self.username)
            if self._password is not None and self.username is not None:
                return _by_password(krb5.init_context(), self.username, self._password)
            return _by_cache(krb5.init_context(), self.username)
        except krb5.Krb5Error as error:
            fault = fault_of_code(error.err_code, str(error), self.account)
            if self._keytab is not None and fault.kind is LoginFaultKind.REJECTED:
                fault = rejected_key(self.account)
            raise LoginError(fault) from error


def principal_name(username: str) -> str:
    r"""The Kerberos principal of an account as people write it: ``CORP\eva`` is ``eva@CORP``.

    A realm in lower case throughout is meant in upper case, as domains of Active Directory are.
    """
    domain, is_windows, user = username.rpartition("\\")
    if is_windows:
        return f"{user}@{domain.upper()}"
    user, has_realm, realm = username.rpartition("@")
    return f"{user}@{realm.upper() if realm == realm.lower() else realm}" if has_realm else username


def _by_password(context: krb5.Context, username: str, password: str) -> Ticket:
    import krb5  # noqa: PLC0415

    def ask(principal: krb5.Principal, options: krb5.GetInitCredsOpt) -> krb5.Creds:
        return krb5.get_init_creds_password(context, principal, options, password=password.encode())

    return _kept(context, _principal(context, username), ask)


def _by_keytab(context: krb5.Context, keytab: Path, username: str | None) -> Ticket:
    import krb5  # noqa: PLC0415

    table = krb5.kt_resolve(context, f"FILE:{keytab}".encode())
    # Read to its end, since the file is locked until then; a missing one is an error here and only here.
    principals = [krb5.copy_principal(context, each.principal) for each in table]
    if username is not None:
        principal = _principal(context, username)
    elif principals:
        principal = principals[0]
    else:
        raise LoginError(_no_ticket(f"the keytab {keytab} is empty"))

    def ask(whose: krb5.Principal, options: krb5.GetInitCredsOpt) -> krb5.Creds:
        return krb5.get_init_creds_keytab(context, whose, options, keytab=table)

    return _kept(context, principal, ask)


def _by_cache(context: krb5.Context, username: str | None) -> Ticket:
    import krb5  # noqa: PLC0415

    cache = krb5.cc_default(context)
    owner = cache.principal
    if owner is None:
        raise LoginError(_no_ticket(f"the ticket cache {cache} is empty"))
    name = str(owner)
    if username is not None and name != str(_principal(context, username)):
        raise LoginError(_no_ticket(f"the ticket cache {cache} has tickets of {name}, not of {username}"))
    ends = max((each.times.endtime for each in cache if _grants_tickets(str(each.server))), default=0)
    if ends <= time.time():
        ended = f"ended {time.strftime('%Y-%m-%d %H:%M', time.gmtime(ends))} UTC" if ends else "is missing"
        raise LoginError(_no_ticket(f"the Kerberos ticket of {name} in {cache} {ended}"))
    # Its owner may renew it at any time: look again for the next connection once it is near its end.
    return Ticket(str(cache), name, float(ends), cache)


def _kept(
    context: krb5.Context,
    principal: krb5.Principal,
    ask: Callable[[krb5.Principal, krb5.GetInitCredsOpt], krb5.Creds],
) -> Ticket:
    """Ask for a ticket and keep it in a cache in this process's memory."""
    import krb5  # noqa: PLC0415

    options = krb5.get_init_creds_opt_alloc(context)
    krb5.get_init_creds_opt_set_canonicalize(options, True)
    granted = ask(principal, options)
    cache = krb5.cc_new_unique(context, b"MEMORY")
    krb5.cc_initialize(context, cache, granted.client)
    krb5.cc_store_cred(context, cache, granted)
    return Ticket(str(cache), str(granted.client), float(granted.times.endtime), cache)


def _principal(context: krb5.Context, username: str) -> krb5.Principal:
    import krb5  # noqa: PLC0415

    return krb5.parse_name_flags(context, principal_name(username).encode())


def _grants_tickets(server: str) -> bool:
    return server.startswith("krbtgt/")


def _no_ticket(seen: str) -> LoginFault:
    advice = "run `kinit`, or set `auth.keytab` or `auth.password`"
    return LoginFault(LoginFaultKind.NO_TICKET, f"{seen}: {advice}")


def _fingerprint(keytab: Path) -> str:
    """A keytab that is replaced is another secret."""
    try:
        return hashlib.sha256(keytab.read_bytes()).hexdigest()
    except OSError:
        return f"no file {keytab}"
