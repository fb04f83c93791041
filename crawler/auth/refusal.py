"""What the page of a refused login says of the account, in the error codes of Windows.

HTTP has no words for a locked account. IIS writes the code of the logon error on its page where detailed
errors are on, and so do gateways that log on to Active Directory ([MS-ERREF] sections 2.2 and 2.3).
"""

from __future__ import annotations

import re
from typing import Final

from crawler.auth.outcome import LoginFault, LoginFaultKind

_READ_BYTES: Final = 64 * 1024
_CODE: Final = re.compile(rb"0x([0-9a-f]{8})\b", re.IGNORECASE)
_DISABLED: Final = "the account is disabled: have an administrator enable it"
_LOCKED: Final = "the account is locked: have it unlocked before you try again"
_EXPIRED: Final = "the password has expired: set a new one and correct `auth.password`"

_CODES: Final[dict[bytes, tuple[LoginFaultKind, str]]] = {
    b"c0000234": (LoginFaultKind.LOCKED, _LOCKED),  # STATUS_ACCOUNT_LOCKED_OUT
    b"80070775": (LoginFaultKind.LOCKED, _LOCKED),  # ERROR_ACCOUNT_LOCKED_OUT
    b"c0000072": (LoginFaultKind.LOCKED, _DISABLED),  # STATUS_ACCOUNT_DISABLED
    b"80070533": (LoginFaultKind.LOCKED, _DISABLED),  # ERROR_ACCOUNT_DISABLED
    b"c0000071": (LoginFaultKind.PASSWORD_EXPIRED, _EXPIRED),  # STATUS_PASSWORD_EXPIRED
    b"80070532": (LoginFaultKind.PASSWORD_EXPIRED, _EXPIRED),  # ERROR_PASSWORD_EXPIRED
    b"c0000224": (LoginFaultKind.PASSWORD_EXPIRED, _EXPIRED),  # STATUS_PASSWORD_MUST_CHANGE
    b"80070773": (LoginFaultKind.PASSWORD_EXPIRED, _EXPIRED),  # ERROR_PASSWORD_MUST_CHANGE
}


def explained(fault: LoginFault, page: bytes) -> LoginFault:
    """The same fault, or a more exact one where the refusal's page names a code that we know."""
    if fault.kind is not LoginFaultKind.REJECTED:
        return fault
    for code in _CODE.findall(page[:_READ_BYTES]):
        if (known := _CODES.get(code.lower())) is not None:
            kind, advice = known
            who = fault.sentence.partition(": correct ")[0]
            return LoginFault(kind, f"{who}: {advice} (0x{code.decode().upper()})")
    return fault
