"""Tokens that no server should send: the handshake ends with a fault that is caught, never another."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
import spnego
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.auth.handshake import TOKEN_FAULTS, Credential, Handshake
from crawler.auth.negotiate import NegotiateScheme
from crawler.auth.outcome import LoginFaultKind
from tests.support.acceptors import ACCOUNT, PASSWORD, ntlm_passwords
from tests.support.handshake_server import serve_handshakes
from tests.support.login_run import address, sign_in

NTLM = (spnego.Password(ACCOUNT, PASSWORD),)
WRAPPED = (spnego.KerberosCCache("FILE:/nonexistent"), *NTLM)
"""Kerberos cannot be had here, so it is NTLM in SPNEGO."""


@pytest.fixture(scope="module", autouse=True)
def known_accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """pyspnego's accepting side reads them from a file that the environment names."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in ntlm_passwords(tmp_path_factory.mktemp("accounts")).items():
            environment.setenv(name, value)
        yield


async def begun(credentials: tuple[Credential, ...]) -> tuple[Handshake, bytearray]:
    """A handshake after its first message, and the token that a real server answers that with."""
    handshake = Handshake("Negotiate", credentials, "wiki.test", None, {})
    header = await handshake.authorization(None)
    assert header is not None
    server = spnego.server(hostname="wiki.test", service="HTTP", protocol="negotiate")
    answer = server.step(base64.b64decode(header.split()[1]))
    assert answer is not None
    return handshake, bytearray(answer)


@pytest.mark.parametrize("credentials", [NTLM, WRAPPED], ids=["ntlm", "spnego"])
async def test_the_server_s_own_token_is_answered(credentials: tuple[Credential, ...]) -> None:
    handshake, token = await begun(credentials)
    header = await handshake.authorization(bytes(token))
    assert header is not None
    assert handshake.has_sent_password


@pytest.mark.parametrize("credentials", [NTLM, WRAPPED], ids=["ntlm", "spnego"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_a_token_that_was_spoilt_is_a_fault_that_is_caught(
    credentials: tuple[Credential, ...], data: st.DataObject
) -> None:
    handshake, token = await begun(credentials)
    changes = st.lists(
        st.tuples(st.integers(0, len(token) - 1), st.integers(0, 255)), min_size=1, max_size=12
    )
    for place, value in data.draw(changes):
        token[place] = value
    del token[data.draw(st.integers(1, len(token))) :]
    try:
        await handshake.authorization(bytes(token))
    except TOKEN_FAULTS:
        return


@pytest.mark.parametrize("credentials", [NTLM, WRAPPED], ids=["ntlm", "spnego"])
async def test_a_time_beyond_the_calendar_is_a_fault_that_is_caught(
    credentials: tuple[Credential, ...],
) -> None:
    handshake, token = await begun(credentials)
    stamp = token.index(b"\x07\x00\x08\x00") + 4  # MsvAvTimestamp, eight bytes ([MS-NLMP] 2.2.2.1)
    token[stamp : stamp + 8] = b"\xff" * 8
    with pytest.raises(OverflowError):
        await handshake.authorization(bytes(token))
    assert issubclass(OverflowError, TOKEN_FAULTS)


async def test_the_environment_of_pyspnego_cannot_ask_for_ntlm_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with serve_handshakes(environment=ntlm_passwords(tmp_path)) as site:
        monkeypatch.setenv("LM_COMPAT_LEVEL", "1")
        scheme = NegotiateScheme("ntlm", ACCOUNT, PASSWORD, origins=[site.origin], probe=address(site.url()))
        fault = await sign_in(scheme, site.url())
        counts = await asyncio.to_thread(site.counts)
    assert fault is not None
    assert fault.kind is LoginFaultKind.NOT_OFFERED
    assert fault.sentence == (
        "LM_COMPAT_LEVEL=1 in the environment asks for NTLMv1, which is never sent: remove it"
    )
    assert counts["attempts"] == 0
