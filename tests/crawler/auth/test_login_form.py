"""The form finder: which fields of a page take user name, password and code, and what is no login at all."""

# ruff: noqa: E501 - a line of markup is easier to read whole

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawler.auth.outcome import LoginFault, LoginFaultKind
from crawler.auth.pages.chosen_parts import FieldSelectors
from crawler.auth.pages.find import find_login_form
from crawler.auth.pages.login_form import FormStep, LoginForm, login_forms
from crawler.auth.pages.walls import has_login_form, login_hint, shows_login
from extract.html.xpath import parse
from tests.support import login_pages as pages

URL = "https://site.test/login?next=/"


def found(html: str, **selectors: str) -> LoginForm:
    form = find_login_form(html, URL, FieldSelectors(**selectors))
    assert isinstance(form, LoginForm), form
    return form


def fault(html: str, **selectors: str) -> LoginFault:
    outcome = find_login_form(html, URL, FieldSelectors(**selectors))
    assert isinstance(outcome, LoginFault), outcome
    return outcome


@pytest.mark.parametrize(
    ("html", "user", "password", "button"),
    [
        (
            pages.MEDIAWIKI,
            "//input[@id='wpName1']",
            "//input[@id='wpPassword1']",
            "//button[@id='wpLoginAttempt']",
        ),
        (pages.DOKUWIKI, "//input[@id='focus__this']", "//input[@name='p']", "(//button)[2]"),
        (pages.KEYCLOAK, "//input[@id='username']", "//input[@id='password']", "//input[@id='kc-login']"),
        (
            pages.SIMPLESAMLPHP,
            "//input[@id='username']",
            "//input[@id='password']",
            "//button[@id='submit_button']",
        ),
        (pages.ADFS, "//input[@id='userNameInput']", "//input[@id='passwordInput']", None),
        (
            pages.WORDPRESS,
            "//input[@id='user_login']",
            "//input[@id='user_pass']",
            "//input[@id='wp-submit']",
        ),
        (pages.OLD_TABLE, "//input[@name='F1']", "//input[@name='F2']", "//input[@name='go']"),
    ],
    ids=["mediawiki", "dokuwiki", "keycloak", "simplesamlphp", "adfs", "wordpress", "torn table"],
)
def test_the_forms_of_well_known_software_are_found(
    html: str, user: str, password: str, button: str | None
) -> None:
    form = found(html)
    assert form.step is FormStep.NAME_AND_PASSWORD
    assert form.needs_script is None
    assert form.method == "POST"
    assert form.found.get("username_field") == f"xpath:{user}"
    assert form.found.get("password_field") == f"xpath:{password}"
    assert form.found.get("submit_button") == (f"xpath:{button}" if button else None)


def test_what_is_sent_is_what_a_browser_would_send() -> None:
    form = found(pages.MEDIAWIKI)
    assert form.action == "https://site.test/w/index.php?title=Special:UserLogin"
    assert form.entries(username="ann", password="pw") == (
        ("wpName", "ann"),
        ("wpPassword", "pw"),
        ("wploginattempt", "Log in"),
        ("wpLoginToken", "x+\\"),
    )
    assert found(pages.OLD_TABLE).entries(username="7", password="pw") == (
        ("F1", "7"), ("F2", "pw"), ("go.x", "0"), ("go.y", "0"),
    )  # fmt: skip


def test_an_action_that_is_absent_or_only_a_query_is_resolved_against_the_page() -> None:
    assert found(pages.SIMPLESAMLPHP).action == "https://site.test/login?"
    html = "<form method=post><input name=user><input type=password name=p><button>Log in</button></form>"
    assert found(html).action == URL
    assert found(f'<base href="/sub/">{html.replace("method", "action=go method")}').action == (
        "https://site.test/sub/go"
    )


def test_of_several_logins_the_plain_one_is_taken_and_the_registration_never() -> None:
    assert found(pages.GITLAB).password is not None
    forms = login_forms(LexborHTMLParser(pages.GITLAB), URL)
    assert [form.form.action for form in forms] == [
        "https://site.test/users/auth/ldapmain/callback",
        "https://site.test/users/sign_in",
    ]


def test_the_steps_of_a_login_are_told_apart() -> None:
    first = found(pages.GOOGLE_LIKE_FIRST_STEP)
    assert first.step is FormStep.NAME_AND_PASSWORD  # the hidden password can be sent at once
    second = found(pages.ENTRA_PASSWORD)
    assert second.step is FormStep.PASSWORD
    assert second.entries(username="other", password="pw") == (
        ("loginfmt", "crawler@example.com"), ("passwd", "pw"),
    )  # fmt: skip
    code = found(pages.KEYCLOAK_CODE)
    assert code.step is FormStep.CODE
    assert code.entries(code="123456") == (("otp", "123456"), ("login", "Sign In"))


@pytest.mark.parametrize(
    ("label", "button"),
    [
        ("User name", "Next"),
        ("Benutzername", "Weiter"),
        ("Identifiant", "Suivant"),
        ("Usuario", "Siguiente"),
        ("Nome utente", "Avanti"),
        ("Usuário", "Próximo"),
        ("Gebruikersnaam", "Volgende"),
        ("Användarnamn", "Nästa"),
        ("Brugernavn", "Næste"),
        ("Brukernavn", "Neste"),
        ("Käyttäjätunnus", "Seuraava"),
        ("Nazwa użytkownika", "Dalej"),
        ("Uživatelské jméno", "Pokračovat"),
        ("Kullanıcı adı", "İleri"),
        ("Имя пользователя", "Далее"),
        ("Ім'я користувача", "Далі"),
        ("用户名", "下一步"),
        ("ユーザー名", "次へ"),
        ("사용자 이름", "다음"),
        ("اسم المستخدم", "التالي"),
    ],
)
def test_a_first_step_is_known_by_its_words_in_many_languages(label: str, button: str) -> None:
    html = (
        f'<form class="login" method="post" action="/a"><label for="f1">{label}</label><input id="f1" name="x1">'
        f'<button type="button">?</button><button name="b">{button}</button></form>'
    )
    form = found(html)
    assert form.step is FormStep.NAME
    assert form.found == {
        "username_field": "xpath://input[@id='f1']",
        "next_button": "xpath://button[@name='b']",
    }


@pytest.mark.parametrize(
    ("user", "password", "submit", "other"),
    [
        ("Benutzername", "Kennwort", "Anmelden", "Abbrechen"),
        ("Identifiant", "Mot de passe", "Se connecter", "Annuler"),
        ("ユーザーID", "パスワード", "ログイン", "キャンセル"),
        ("Логин", "Пароль", "Войти", "Отмена"),
        ("用户名", "密码", "登录", "取消"),
        ("اسم المستخدم", "كلمة المرور", "تسجيل الدخول", "إلغاء"),
    ],
)
def test_the_button_that_signs_in_is_pressed_and_not_the_one_that_cancels(
    user: str, password: str, submit: str, other: str
) -> None:
    html = (
        f"<form method=post action=/x><p>{user} <input name=a></p><p>{password} <input type=password name=b></p>"
        f"<button name=no>{other}</button><button name=yes>{submit}</button></form>"
    )
    form = found(html)
    assert form.button is not None
    assert form.button.name == "yes"
    assert form.username is not None
    assert form.username.name == "a"


def test_controls_outside_of_their_form_belong_to_it() -> None:
    html = (
        '<form id="lf" method="post" action="/no"></form><input form="lf" name="u" autocomplete="username">'
        '<input type="password" name="p" form="lf"><button form="lf" formaction="/yes" name="s">Log in</button>'
    )
    form = found(html)
    assert form.action == "https://site.test/yes"
    assert form.entries(username="a", password="b") == (("u", "a"), ("p", "b"), ("s", ""))


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<div><input name=user><input type=password><button>Log in</button></div>", "no <form>"),
        ('<form onsubmit="send(); return false"><input name=user><input type=password></form>', "script"),
        ("<form action='javascript:go()'><input name=user><input type=password></form>", "a script"),
        ("<form ng-submit='vm.login()'><input name=user><input type=password></form>", "a script sends it"),
        ("<form><input name=user><input type=password name=p><button>Go</button></form>", "method=post"),
        (
            "<form method=post action=/a onsubmit='p.value=md5(p.value)'><input name=u><input type=password></form>",
            "changes the password",
        ),
    ],
)
def test_forms_that_only_a_script_can_send_say_so(html: str, reason: str) -> None:
    form = found(html)
    assert form.needs_script is not None
    assert reason in form.needs_script


def test_a_captcha_is_seen() -> None:
    html = "<form method=post action=/a><input name=user><input type=password name=p>{}<button>Go</button></form>"
    assert not found(html.format("")).has_captcha
    assert found(html.format('<div class="g-recaptcha" data-sitekey="k"></div>')).has_captcha
    assert found(html.format('<input name="captcha">')).has_captcha


@pytest.mark.parametrize("html", [pages.REGISTRATION, pages.SMTP_SETTINGS, pages.EXPIRED])
def test_registrations_settings_and_changes_of_a_password_are_no_logins(html: str) -> None:
    assert login_forms(LexborHTMLParser(html), URL) == []
    assert not has_login_form(html.encode())


def test_what_is_there_instead_is_said() -> None:
    assert fault(pages.EXPIRED) == LoginFault(
        LoginFaultKind.PASSWORD_EXPIRED,
        "https://site.test/login?next=/ asks for a new password: change it with a browser, then set "
        "`auth.password`",
    )
    assert fault(pages.NEXTCLOUD).kind is LoginFaultKind.NEEDS_BROWSER
    assert fault(pages.REGISTRATION).sentence == (
        "https://site.test/login?next=/ has only a registration form: set `auth.login_url` to the page that asks "
        "for user name and password"
    )
    assert "has no login form" in fault("<p>Welcome to the handbook</p>").sentence


@pytest.mark.parametrize(
    "form",
    [
        '<form action="/find"><input type="search" name="user" aria-label="Search users"><button>Next</button></form>',
        '<form action="/find" role="search"><input name="q" placeholder="Search accounts"><button>Go</button></form>',
        '<form method=post action="/news"><input type=email name=email><button>Subscribe</button></form>',
        '<form method=post action="/reset"><input name=username><button>Reset password</button></form>',
        '<form method=post action="/contact"><input name=email><textarea name=m></textarea><button>Send</button></form>',
    ],
)
def test_search_boxes_and_newsletters_are_no_first_steps(form: str) -> None:
    html = f"<title>Log in to the portal</title><h1>Log in</h1>{form}"
    assert login_forms(LexborHTMLParser(html), URL) == []


def test_configured_selectors_win_over_what_would_be_found() -> None:
    html = (
        '<form id=a method=post action="/a"><input name=user><input type=password name=p1><button>Log in</button>'
        '</form><form method=post action="/b"><input name=kennung><input name=x><input type=password name=p2>'
        "<button name=one>One</button><button name=two>Two</button></form>"
    )
    form = found(html, username_field="css:[name=x]", submit_button="xpath://button[text()='Two']")
    assert form.action == "https://site.test/b"
    assert form.entries(username="u", password="p") == (("kennung", ""), ("x", "u"), ("p2", "p"), ("two", ""))
    by_label = found("<form method=post><label for=q>Q</label><input id=q name=q><input type=password></form>",
                     username_field="xpath://label")  # fmt: skip
    assert by_label.username is not None
    assert by_label.username.name == "q"


def test_a_selector_that_finds_nothing_is_named_with_what_is_there() -> None:
    outcome = fault(pages.MEDIAWIKI, username_field="css:#login-name")
    assert outcome.kind is LoginFaultKind.NO_FORM
    assert outcome.sentence == (
        "`auth.username_field` (css:#login-name) finds nothing on https://site.test/login?next=/, where there is "
        "username_field: xpath://input[@id='wpName1']; password_field: xpath://input[@id='wpPassword1']; "
        "submit_button: xpath://button[@id='wpLoginAttempt']: change `auth.username_field`, or leave it out"
    )
    assert (
        "`auth.password_field` (css:#nope) finds nothing"
        in fault(pages.MEDIAWIKI, username_field="css:#wpName1", password_field="css:#nope").sentence
    )
    assert "`auth.submit_button` (css:#nope)" in fault(pages.MEDIAWIKI, submit_button="css:#nope").sentence
    assert "selects a <h1>" in fault("<h1>Log in</h1>" + pages.MEDIAWIKI, username_field="css:h1").sentence


def test_each_page_of_two_steps_needs_its_own_fields_only() -> None:
    chosen = {"username_field": "css:#f1", "next_button": "css:#n", "password_field": "css:#pw"}
    first = found("<form method=post><input id=f1 name=a><button id=n name=n>Go</button></form>", **chosen)
    assert (first.step, first.entries(username="u")) == (FormStep.NAME, (("a", "u"), ("n", "")))
    second = found("<form method=post><input id=pw type=password name=b><button>Go</button></form>", **chosen)
    assert (second.step, second.entries(password="p")) == (FormStep.PASSWORD, (("b", "p"),))
    third = found(pages.KEYCLOAK_CODE, **chosen)
    assert third.step is FormStep.CODE


def test_walls_are_recognised_and_content_is_not() -> None:
    required = (
        "<html><head><title>Login required - Wiki</title></head><body><h1>Login required</h1><p>Please "
        '<a href="/index.php?title=Special:UserLogin&returnto=Main">log in</a> to view other pages.</p></body></html>'
    )
    link = login_hint(required, "https://wiki.test/index.php")
    assert link is not None
    assert link.url == "https://wiki.test/index.php?title=Special:UserLogin&returnto=Main"
    assert shows_login(required.encode())
    assert shows_login(pages.DOKUWIKI.encode())
    article = (
        f"<title>Harbour</title><a href=/login>Log in</a><p>{'Gulls sit on the wall at noon. ' * 40}</p>"
    )
    assert not shows_login(article.encode())
    manual = '<title>Sign in</title><p>You must log in first.</p><pre>&lt;input type="password"&gt;</pre>'
    assert not shows_login((manual + "<p>Words. </p>" * 400).encode())


LABELS = st.sampled_from(["User", "Password", "Search", "E-mail", "Code", "", "登录", "Weiter"])
TAGS = st.sampled_from(
    ["input", "form", "table", "tr", "td", "label", "button", "select", "option", "template", "p"]
)
KINDS = st.sampled_from(["text", "search", "hidden", "password", "email", "submit", "checkbox", "x", ""])


@st.composite
def broken_html(draw: Any) -> str:
    """Tags of forms in any order, closed or not, with text between them."""
    parts: list[str] = []
    for _ in range(draw(st.integers(0, 25))):
        tag, kind, word = draw(TAGS), draw(KINDS), draw(LABELS)
        name = draw(st.sampled_from(["user", "q", "pass", "otp", "", "a'b", 'a"b', "ü"]))
        quote = "'" if '"' in name else '"'
        parts.append(
            f"<{tag} type='{kind}' name={quote}{name}{quote} id={quote}{name}{quote} placeholder='{word}' "
            f"{draw(st.sampled_from(['', 'hidden', 'form=user', 'autocomplete=username', 'action=/login']))}>{word}"
        )
        if draw(st.booleans()):
            parts.append(f"</{tag}>")
    return "".join(parts)


@settings(max_examples=200, deadline=None)
@given(broken_html() | st.text())
def test_no_page_makes_the_finder_fail_or_type_into_a_search_or_a_hidden_field(html: str) -> None:
    outcome = find_login_form(html, URL)
    shows_login(html.encode("utf-8", "replace"))
    if isinstance(outcome, LoginForm):
        for field in (outcome.username, outcome.password, outcome.code):
            assert field is None or field.type not in {"search", "hidden", "submit", "checkbox"}


@settings(max_examples=150, deadline=None)
@given(broken_html())
def test_an_xpath_that_is_offered_finds_that_one_control_again(html: str) -> None:
    outcome = find_login_form(html, URL)
    if isinstance(outcome, LoginForm) and "<template" not in html:
        again = find_login_form(
            html, URL, FieldSelectors(**{k: v for k, v in outcome.found.items() if k.endswith("field")})
        )
        assert isinstance(again, LoginForm)
        assert again.found == outcome.found
        tree = parse(LexborHTMLParser(html).html or "")
        assert all(len(tree.xpath(xpath.partition(":")[2])) == 1 for xpath in outcome.found.values())
