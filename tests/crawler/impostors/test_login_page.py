"""A login page is one by its address or title; a page that has a login form beside its text is none."""

from __future__ import annotations

import pytest

from catalog.vocabulary import Reason
from crawler.sync.reading import Reader
from tests.crawler.sync.rules import CONNECTOR, read_job, reading_rules

FORM = "<form method=post><input name=user><input type=password name=password><button>Log in</button></form>"


@pytest.mark.parametrize(
    ("path", "title", "expected"),
    [
        ("/login?next=/minutes", "Minutes", True),
        ("/minutes", "Sign in to the harbour", True),
        ("/oauth/authorize", "The harbour", True),
        ("/auth/start", "The harbour", True),
        ("/minutes", "Anmelden", True),
        ("/author/jane", "Jane Tern", False),
        ("/minutes", "Authors of the harbour's minutes", False),
        ("/minutes", "Minutes", False),
    ],
)
def test_a_short_page_with_a_form_is_told_by_its_address_and_title(
    path: str, title: str, expected: bool
) -> None:
    body = f"<html><title>{title}</title><body>{FORM}<main><p>Gulls sit on the wall.</p></main>".encode()
    reader = Reader()
    reader.use(CONNECTOR, reading_rules())
    suspicion = reader.read(read_job(body, f"https://wiki.test{path}")).suspicion
    assert (suspicion is not None and suspicion.reason is Reason.LOGIN_PAGE) is expected
