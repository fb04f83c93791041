"""A login page is one by its address or title; a page that has a login form beside its text is none."""

from __future__ import annotations

import pytest

from catalog.visit import Suspicion
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
    body = f"<html><title>{title}</title><body>{FORM}<main><p>Gulls sit on the wall.</p></main>"
    assert (suspicion_at(path, body) is not None) is expected


def suspicion_at(path: str, body: str) -> Suspicion | None:
    """What of a login is suspected of a page."""
    reader = Reader()
    reader.use(CONNECTOR, reading_rules())
    found = reader.read(read_job(body.encode(), f"https://wiki.test{path}")).suspicion
    assert found is None or found.reason is Reason.LOGIN_PAGE
    return found


NAME_FIRST = (
    "<title>Sign in to your account</title><h1>Sign in</h1><form method=post><input type=email name=loginfmt "
    "placeholder='Email, phone or name'><input type=submit value=Next></form>"
    "<p>No account? <a href=/c>Create one!</a>"
)
POSTS_ITSELF = (
    "<title>Working...</title><form method=POST name=hiddenform action=https://adfs.bank.example/adfs/ls/>"
    "<input type=hidden name=SAMLRequest value=abc><noscript><p>Click Submit.</p><input type=submit>"
    "</noscript></form><script>document.forms[0].submit()</script>"
)


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (NAME_FIRST, "little but a login form stands there"),
        (POSTS_ITSELF, "a form stands there that sends itself to a login"),
    ],
)
def test_a_login_that_does_not_ask_for_the_password_yet_is_one(body: str, seen: str) -> None:
    found = suspicion_at("/minutes", body)
    assert found is not None
    assert (found.seen, found.is_sure) == (seen, True)


def test_a_page_that_says_that_one_must_sign_in_is_suspected_of_it() -> None:
    link = "<a href='/index.php?title=Special:UserLogin'>log in</a>"
    body = f"<title>Login required - Wiki</title><p>Please {link} to view other pages.</p>"
    found = suspicion_at("/wiki/Minutes", body)
    assert found is not None
    assert not found.is_sure


@pytest.mark.parametrize(
    "form",
    [
        "<form action=/search><input type=search name=q><button>Go</button></form>",
        "<form method=post action=/news><input type=email name=email><button>Subscribe</button></form>",
    ],
)
def test_a_page_about_signing_in_with_another_form_is_content(form: str) -> None:
    title = "<title>How to sign in</title><h1>How to sign in</h1>"
    assert (
        suspicion_at("/help/sign-in", f"{title}{form}<p>Use your card and the code of the day.</p>") is None
    )
