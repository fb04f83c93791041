"""What makes the handshake server accept people: a file of NTLM passwords, or a web server's keytab."""

from __future__ import annotations

from pathlib import Path

from tests.support.kerberos_realm import KerberosRealm

DOMAIN = "CORP"
USER = "crawler"
ACCOUNT = rf"{DOMAIN}\{USER}"
PASSWORD = "Kühl & trocken/7"


def ntlm_passwords(folder: Path, password: str = PASSWORD) -> dict[str, str]:
    """The environment of a server that knows one NTLM account; no field may have a colon."""
    users = folder / "ntlm-users"
    users.write_text(f"{DOMAIN}:{USER}:{password}\n")
    return {"NTLM_USER_FILE": str(users)}


def web_server_keytab(realm: KerberosRealm) -> dict[str, str]:
    """The environment of ``HTTP/localhost`` of the realm, without a replay cache: handshakes come at once."""
    return {
        **realm.environment,
        "KRB5_KTNAME": str(realm.keytab("HTTP/localhost")),
        "KRB5RCACHETYPE": "none",
    }
