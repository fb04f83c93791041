"""Which elements may be clicked, by what they say and where they lead."""

from __future__ import annotations

import pytest

from crawler.rendering.harmless_clicks import may_click


@pytest.mark.parametrize(
    "label",
    [
        "Show more",
        "Mehr anzeigen",
        "Next",
        "How to delete a page",
        "Details",
        "",
        "…",
        "Sign in",
        "Blog outline",
    ],
)
def test_what_shows_more_is_clicked(label: str) -> None:
    assert may_click(label, "")


@pytest.mark.parametrize(
    "label",
    ["Delete", "delete this report", "🗑 Remove", "Log out", "Logout Ada Lovelace", "Sign off", "Abmelden",
     "Löschen", "Unsubscribe from updates", "Se déconnecter", "Supprimer"],
)  # fmt: skip
def test_what_says_that_it_deletes_or_logs_out_is_not(label: str) -> None:
    assert not may_click(label, "")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://intranet.test/reports?page=2", True),
        ("http://intranet.test/reports?action=delete&id=3", False),
        ("http://intranet.test/logout#top", False),
        ("http://intranet.test", True),
        ("javascript:void(0)", True),
    ],
)
def test_a_link_counts_by_its_address_too(address: str, expected: bool) -> None:
    assert may_click("Go", address) is expected
