"""What a page's HTML says about scripts that may write its content."""

# ruff: noqa: E501 - a line of markup is easier to read whole

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.html.script_evidence import NO_SCRIPTS, EvidenceKind, ScriptEvidence
from extract.rules import ExtractionRules, Selectors
from tests.extract.pages import PROSE, read_html
from tests.extract.scripted_pages import ANALYTICS, ARTICLE, COMPLETE, FOOTER, SHELLS, page


def evidence_of(html: str | bytes, **options: Any) -> ScriptEvidence:
    return read_html(html, **options).evidence


@pytest.mark.parametrize("html", SHELLS.values(), ids=SHELLS.keys())
def test_a_page_that_scripts_fill_is_known_as_a_shell(html: str) -> None:
    evidence = evidence_of(html)
    assert evidence.kind is EvidenceKind.SHELL, evidence
    assert evidence.scripts >= 1
    assert evidence.reasons


@pytest.mark.parametrize("html", COMPLETE.values(), ids=COMPLETE.keys())
def test_a_page_that_is_all_there_is_no_shell(html: str) -> None:
    assert evidence_of(html).kind is EvidenceKind.PLAIN


def test_a_page_of_few_words_is_doubtful() -> None:
    html = page(
        f'<div id="root"><p>{PROSE[:110]}.</p><a href="/">Home</a></div><script src="/bundle.js"></script>'
    )
    assert evidence_of(html).kind is EvidenceKind.DOUBTFUL


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("create-react-app", "an empty #root"),
        ("create-react-app", "a noscript text that asks for JavaScript"),
        ("angular", "an empty <app-root>"),
        ("vue over a template in the page", "3 unfilled templates such as {{ title }}"),
        ("docsify", "a text that says “Please wait...”"),
        ("jquery fills a list", "an empty #items"),
        ("react with a skeleton", "a sign that something is loading"),
        ("a menu that only scripts follow", "3 links that only scripts follow"),
        ("hash routes", "2 links to routes that a script follows"),
        ("document.write", "nothing in its body but scripts"),
        ("web components", "an empty <article-list>"),
        ("web components", "no link"),
    ],
)
def test_the_reasons_are_told_in_words(name: str, reason: str) -> None:
    assert reason in evidence_of(SHELLS[name]).reasons


def test_words_are_those_outside_navigation_and_footers() -> None:
    shell = evidence_of(SHELLS["react with a static footer and navigation of 200 words each"])
    assert shell.words == 0
    assert shell.text_length > 200  # as the footer is the only prose, it is the main content
    short = evidence_of(page(f'<p>One two three.</p>{FOOTER}<script src="a.js"></script>'))
    assert short.words == 3


def test_many_words_are_not_counted_one_by_one() -> None:
    evidence = evidence_of(page(ARTICLE * 3 + '<script src="a.js"></script>'))
    assert 1_000 < evidence.words < 1_600


def test_a_text_without_spaces_has_words_too() -> None:
    text = "倉庫は二営業日以内にすべての注文を発送します。" * 200
    evidence = evidence_of(page(f'<p>{text}</p><div id="app"></div><script src="a.js"></script>'))
    assert evidence.words >= 300
    assert evidence.kind is EvidenceKind.PLAIN


def test_trackers_data_and_templates_are_no_scripts_that_write() -> None:
    inert = (
        ANALYTICS
        + '<script type="application/ld+json">{}</script><script type="text/x-handlebars">{{x}}</script>'
        + '<script type="importmap">{}</script><script>var page = 7;</script>'
    )
    assert evidence_of(page('<div id="app"></div>' + inert)).scripts == 0


@pytest.mark.parametrize(
    "script",
    [
        '<SCRIPT SRC="a.js"></SCRIPT>',
        '<script type="text/javascript" src="a.js"></script>',
        '<script type="module" src="a.js"></script>',
        '<script type="text/babel">render()</script>',
        "<script>fetch('/x')</script>",
        "<script>document.getElementById('x').innerHTML = 'y'</script>",
        "<script>location = '/elsewhere'</script>",
        f"<script>{'_0x1f=_0x2e^7;' * 40}</script>",
    ],
)
def test_scripts_that_may_write_are_counted(script: str) -> None:
    assert evidence_of(page(f"<p>{PROSE}</p>{script}")).scripts == 1


def test_a_handler_of_the_body_counts_as_a_script() -> None:
    assert evidence_of('<body onload="start()"><div id="app"></div>').kind is EvidenceKind.SHELL


def test_a_file_and_a_page_without_scripts_speak_for_no_browser() -> None:
    assert read_html(b"%PDF-1.4 broken", headers={"content-type": "application/pdf"}).evidence is NO_SCRIPTS
    assert evidence_of(page(f"<p>{PROSE}</p>")) == ScriptEvidence(text_length=len(PROSE))


def test_pages_of_one_template_bear_one_mark() -> None:
    def template(title: str, number: int, build: str) -> int:
        return evidence_of(
            page(
                f'<h1>{title}</h1><div id="review-{number}"></div>{ARTICLE}'
                f'<script src="/assets/app-{build}.js?v={number}"></script><script>show({number}, "/api")</script>'
            )
        ).template

    first = template("Valves", 1, "8f3a2b1c")
    assert template("Pumps and seals", 77, "8f3a2b1c") == first
    assert template("Valves", 1, "0c9d8e7f") == first, "a new build is the same template"


@pytest.mark.parametrize(
    "other",
    [
        f"{ARTICLE}<script src='/a.js'></script><script src='/live.js'></script>",
        f"{ARTICLE}<div id='prices'></div><script src='/a.js'></script>",
        f"{ARTICLE}<div id='prices'>\n  </div><script src='/a.js'></script>",
        f"{ARTICLE}<table><tbody id=rows></tbody></table><script src='/a.js'></script>",
        f"{ARTICLE}<price-list></price-list><script src='/a.js'></script>",
        f"<main data-source='/prices.json'>{ARTICLE}</main><script src='/a.js'></script>",
        f"{ARTICLE}<script src='/a.js'></script><script>fetch('/prices').then(show)</script>",
    ],
)
def test_what_could_write_more_is_another_template(other: str) -> None:
    assert (
        evidence_of(page(other)).template
        != evidence_of(page(f"{ARTICLE}<script src='/a.js'></script>")).template
    )


def test_a_placeholder_among_enough_text_is_a_doubt() -> None:
    html = page(f"{ARTICLE}<h2>Prices</h2><p>Loading prices…</p><script src='/a.js'></script>")
    evidence = evidence_of(html)
    assert evidence.kind is EvidenceKind.DOUBTFUL
    assert evidence.reasons == ("a text that says “Loading prices…”",)
    manual = page(
        f"{ARTICLE}<h2>Loading</h2><h2>Loading modules</h2><p>Please wait</p><script src='/a.js'></script>"
    )
    assert evidence_of(manual).kind is EvidenceKind.PLAIN


def test_places_for_banners_do_not_make_another_template() -> None:
    plain = evidence_of(page(f"{ARTICLE}<script src='/a.js'></script>"))
    banner = evidence_of(page(f"{ARTICLE}<div id='cookie-consent'></div><script src='/a.js'></script>"))
    assert banner.template == plain.template


def test_selectors_that_find_an_empty_element_leave_the_evidence() -> None:
    rules = ExtractionRules(include=Selectors(css=("#app",)))
    html = page(f'<div id="app"></div><div class="about">{ARTICLE}</div><script src="/app.js"></script>')
    assert evidence_of(html, rules=rules).kind is EvidenceKind.SHELL


def test_names_of_strangers_are_cut_and_printable() -> None:
    name = "app\x07\u202e\n" + "x" * 500
    html = page(f'<div id="{name}"></div><script src="a.js"></script>')
    (reason,) = [reason for reason in evidence_of(html).reasons if "empty" in reason]
    assert len(reason) < 60
    assert reason.isprintable()


def test_evidence_travels_between_processes() -> None:
    evidence = evidence_of(SHELLS["create-react-app"])
    assert pickle.loads(pickle.dumps(evidence)) == evidence


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["<div id=app>", "</div>", "<script>", "</script>", "<script src=a.js>", "<noscript>", "<a href='#/x'>",
             "<my-app>", "</my-app>", "{{", "}}", "Loading…", "<ul id=x>", "<p>", "word ", "\x00", "<template>",
             "<svg>", "<math>", "<table>", "<frameset>", "<title>", "<body onload=x>", "<!--", "-->"]
        ),
        max_size=60,
    )
)  # fmt: skip
def test_no_arrangement_of_tags_is_too_much(parts: list[str]) -> None:
    evidence = evidence_of("".join(parts))
    assert -(1 << 63) <= evidence.template < 1 << 63
    assert evidence.words >= 0


def test_a_huge_page_is_looked_at_in_part() -> None:
    deep = "<div id='a'>" * 3_000 + "<div id=app></div>"
    wide = "<ul id='x'></ul>" * 5_000 + "<i></i>" * 5_000
    for html in (deep, wide):
        assert evidence_of(page(html + "<script src=a.js></script>")).kind is EvidenceKind.SHELL
