"""One-time codes are those of RFC 6238, also for keys that are shorter than they should be."""

from __future__ import annotations

import time
from base64 import b32encode

import pytest

from crawler.auth.pages.one_time_code import code_of_now, seconds_to_the_next

KEY = b32encode(b"12345678901234567890").decode()  # RFC 6238, appendix B


@pytest.mark.parametrize(
    ("moment", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]
)
def test_the_codes_of_the_rfc(monkeypatch: pytest.MonkeyPatch, moment: int, code: str) -> None:
    monkeypatch.setattr(time, "time", lambda: moment)
    assert code_of_now(KEY) == code
    assert code_of_now(f"{KEY[:4].lower()} {KEY[4:]}==") == code
    assert seconds_to_the_next() == 30 - moment % 30


def test_a_key_of_80_bits_is_taken() -> None:
    assert len(code_of_now("JBSWY3DPEHPK3PXP")) == 6
