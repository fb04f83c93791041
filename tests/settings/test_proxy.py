"""The setting `proxy`: what cannot work is said before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from settings.proxy import ProxySettings


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"username": "eva", "password": "x"},
        {"username": r"CORP\eva", "password": "x", "type": "ntlm"},
        {"url": "socks5://proxy.corp:1080", "username": "eva", "password": "x"},
        {"bypass": ["*.internal", "wiki", "10.0.0.0/8", "192.0.2.1", "[::1]", "fd00::/8", "bücher.test"]},
    ],
)
def test_what_can_work_is_taken(changes: dict[str, Any]) -> None:
    ProxySettings(**{"url": "http://proxy.corp:3128", **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": "eva"}, "must have `username` and `password`, or neither"),
        ({"password": "hunter2"}, "must have `username` and `password`, or neither"),
        ({"type": "digest"}, "of type digest must have `username` and `password`"),
        (
            {"url": "socks5://p", "type": "ntlm", "username": "eva", "password": "hunter2"},
            "by SOCKS5 takes a name and a password as they are: remove `type`",
        ),
        (
            {"url": "socks5://p", "username": "eva", "password": "hunter2" * 40},
            "by SOCKS5 takes a name and a password of at most 255 bytes each",
        ),
        ({"bypass": ["http://wiki.internal/"]}, "must be a host such as wiki.internal or"),
        ({"bypass": ["wiki internal"]}, "must be a host such as wiki.internal or"),
        ({"bypass": [""]}, "must be a host such as wiki.internal or"),
        ({"bypass": ["10.0.0.1/8"]}, "must begin with the first address of the range: 10.0.0.0/8"),
    ],
)
def test_what_cannot_work_is_said_without_the_password(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as raised:
        ProxySettings(**{"url": "http://proxy.corp:3128", **changes})
    assert words in str(raised.value)
    assert "hunter2" not in str(raised.value)
