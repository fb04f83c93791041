"""A setting that a sync would have to ignore is said before it starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crawler.sync.not_yet import unsupported
from settings.load import load_settings
from tests.support.syncing import configure


def sentences(folder: Path, **settings: Any) -> tuple[str, ...]:
    config = configure(
        folder, {"name": "wiki", "seeds": ["https://wiki.test/"], "access": "public", **settings}
    )
    (connector,) = load_settings(config).connectors
    return unsupported(connector)


FORM = {"type": "form", "username": "u", "password": "p", "login_url": "https://wiki.test/login"}
BASIC = {"type": "basic", "username": "u", "password": "p"}
CANARY = {"logged_in": {"url": "https://wiki.test/me", "contains": "u"}}


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"access": [{"match": "", "allow": ["everyone"], "inherit": True}]}, "`access[].inherit`"),
    ],
)
def test_each_is_named_with_its_connector(tmp_path: Path, settings: dict[str, Any], named: str) -> None:
    (sentence,) = sentences(tmp_path, **settings)
    assert sentence.startswith("connector wiki: ")
    assert named in sentence


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"sitemaps": ["https://wiki.test/sitemap.xml"]},
        {"auth": BASIC | CANARY},
        {"sync": {"delete_orphans_after": 3, "mode": "incremental"}},
        {"proxy": {"url": "http://proxy.test:3128"}},
    ],
)
def test_what_works_is_not_mentioned(tmp_path: Path, settings: dict[str, Any]) -> None:
    assert sentences(tmp_path, **settings) == ()
