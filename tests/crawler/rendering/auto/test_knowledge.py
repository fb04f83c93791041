"""Which pages are rendered, what is learned from them, and how few renders that takes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.rendering.auto.cell import Renderer
from crawler.rendering.auto.comparison import Comparison
from crawler.rendering.auto.knowledge import Knowledge
from crawler.rendering.auto.plan import Action, Plan
from extract.html.script_evidence import NO_SCRIPTS, EvidenceKind, ScriptEvidence
from tests.crawler.rendering.auto.sites import (
    BANNER,
    COVERED,
    DOUBTFUL,
    GAIN,
    NO_GAIN,
    PLAIN,
    SHELL,
    SITE,
    SitePage,
    crawl,
    links,
)


def pages(
    count: int,
    pattern: str,
    evidence: ScriptEvidence | Callable[[int], ScriptEvidence] = PLAIN,
    comparison: Comparison = NO_GAIN,
) -> list[SitePage]:
    return [
        SitePage(pattern.format(number), evidence(number) if callable(evidence) else evidence, comparison)
        for number in range(count)
    ]


def mixed(*groups: list[SitePage]) -> list[SitePage]:
    together = [page for group in groups for page in group]
    random.Random(4).shuffle(together)
    return together


def test_a_page_without_scripts_is_never_rendered() -> None:
    crawled = crawl(Knowledge(), pages(50, "/p/{}", NO_SCRIPTS))
    assert crawled.rendered == []
    assert set(crawled.because.values()) == {"no script could add to its HTML"}


def test_a_shell_is_rendered_at_once_and_its_reasons_are_told() -> None:
    knowledge = Knowledge()
    plan = knowledge.plan(f"{SITE}/p/1", SHELL)
    assert (plan.action, plan.renderer) == (Action.BROWSER, Renderer.BROWSER)
    assert plan.because == "its HTML holds 3 words beside 1 script and an empty #app"
    kept = knowledge.learn(plan, GAIN)
    assert kept.renderer is Renderer.BROWSER
    assert kept.because == (
        "its HTML holds 3 words beside 1 script and an empty #app; the browser adds 150 words; "
        "1 of 1 page like /p/* gained content"
    )
    assert knowledge.plan(f"{SITE}/p/2", SHELL).because.endswith("; 1 of 1 page like /p/* gained content")


def test_three_pages_that_look_complete_are_sampled_then_the_answer_holds() -> None:
    crawled = crawl(Knowledge(), pages(40, "/p/{}"))
    assert crawled.rendered == ["/p/0", "/p/1", "/p/2"]
    assert set(crawled.kept.values()) == {Renderer.HTTP}
    assert crawled.because["/p/2"] == (
        "the browser adds nothing that matters to its HTML; 0 of 3 pages like /p/* gained content"
    )
    assert crawled.because["/p/30"] == "0 of 3 pages like /p/* gained content"


def test_content_that_scripts_add_to_a_page_that_looks_complete_is_found() -> None:
    crawled = crawl(Knowledge(), pages(40, "/p/{}", PLAIN, GAIN))
    assert len(crawled.rendered) == 40
    assert set(crawled.kept.values()) == {Renderer.BROWSER}


def test_a_shell_under_a_pattern_known_as_static_is_rendered_anyway() -> None:
    knowledge = Knowledge()
    crawl(knowledge, pages(20, "/p/{}"))
    assert crawl(knowledge, [SitePage("/p/shell", SHELL, GAIN)]).rendered == ["/p/shell"]
    assert crawl(knowledge, pages(5, "/p/{}")).rendered == []
    assert knowledge.expects_browser(f"{SITE}/p/more"), "the pattern is mixed now"


def test_pages_that_only_look_like_shells_are_cleared_after_three() -> None:
    crawled = crawl(Knowledge(), pages(40, "/p/{}", SHELL, NO_GAIN))
    assert len(crawled.rendered) == 3
    assert set(crawled.kept.values()) == {Renderer.HTTP}


def test_a_doubtful_page_is_not_judged_by_complete_ones() -> None:
    knowledge = Knowledge()
    crawl(knowledge, pages(20, "/p/{}"))
    assert len(crawl(knowledge, pages(20, "/p/d{}", DOUBTFUL, GAIN)).rendered) == 20


def test_the_evidence_of_these_tests_is_of_the_kinds_that_it_is_named_for() -> None:
    assert [each.kind for each in (PLAIN, DOUBTFUL, SHELL)] == list(EvidenceKind)


def test_another_template_under_the_same_pattern_is_sampled_for_itself() -> None:
    live = pages(30, "/p/live{}", replace(PLAIN, template=12), GAIN)
    crawled = crawl(Knowledge(), mixed(pages(200, "/p/{}"), live))
    assert crawled.wrong(live) == []
    assert len(crawled.rendered) <= 30 + 3 + 2


def test_the_same_template_under_another_pattern_is_sampled_for_itself() -> None:
    live = pages(30, "/live/{}", PLAIN, GAIN)
    crawled = crawl(Knowledge(), [*pages(40, "/p/{}"), *live])
    assert crawled.wrong(live) == []
    assert len(crawled.rendered) == 33


def test_a_template_that_gained_everywhere_needs_no_more_samples() -> None:
    knowledge = Knowledge()
    crawl(knowledge, pages(3, "/a/{}", PLAIN, GAIN))
    assert knowledge.plan(f"{SITE}/b/1", PLAIN).action is Action.BROWSER


def test_many_patterns_of_one_page_lean_on_their_template() -> None:
    one_each = [SitePage(f"/{chr(97 + n // 26)}{chr(97 + n % 26)}/x", PLAIN) for n in range(500)]
    assert len(crawl(Knowledge(), one_each).rendered) <= 15


def test_many_templates_lean_on_a_host_on_which_nothing_gains() -> None:
    of_many = pages(300, "/p/{}", lambda number: replace(PLAIN, template=number % 60))
    assert len(crawl(Knowledge(), of_many).rendered) <= 9 + 60 + 5


def test_a_date_that_changes_is_no_gain_and_a_wall_that_covers_the_page_is_not_kept() -> None:
    crawled = crawl(Knowledge(), pages(10, "/p/{}", PLAIN, COVERED))
    assert len(crawled.rendered) == 3
    assert set(crawled.kept.values()) == {Renderer.HTTP}
    assert crawled.because["/p/0"] == (
        "the browser shows less than its HTML says; 0 of 1 page like /p/* gained content"
    )


def test_a_menu_that_scripts_make_counts_as_a_gain_but_once() -> None:
    menu = links("/valves", "/pumps", "/seals")
    crawled = crawl(Knowledge(), pages(100, "/p/{}", PLAIN, menu))
    assert crawled.kept["/p/0"] is Renderer.BROWSER
    assert "the browser adds 3 links" in crawled.because["/p/0"]
    assert len(crawled.rendered) <= 8


def test_a_banner_that_scripts_put_on_each_page_counts_as_a_gain_but_once() -> None:
    crawled = crawl(Knowledge(), pages(100, "/p/{}", PLAIN, BANNER))
    assert crawled.kept["/p/0"] is Renderer.BROWSER
    assert len(crawled.rendered) <= 8


def test_shells_that_fill_with_the_same_text_are_all_kept_filled() -> None:
    same = [SitePage(f"/app/{n}", SHELL, replace(GAIN)) for n in range(30)]
    crawled = crawl(Knowledge(), same)
    assert set(crawled.kept.values()) == {Renderer.BROWSER}


def test_links_that_each_page_has_of_its_own_are_a_gain_on_each() -> None:
    lists = [SitePage(f"/list/{n}", PLAIN, links(f"/detail/{n}-1", f"/detail/{n}-2")) for n in range(30)]
    assert len(crawl(Knowledge(), lists).rendered) == 30


def test_a_gain_now_and_then_keeps_the_browser() -> None:
    """Every second page gains and nothing tells which: then all are rendered."""
    either = [SitePage(f"/p/{n}", PLAIN, GAIN if n % 2 == 0 else NO_GAIN) for n in range(200)]
    crawled = crawl(Knowledge(), either)
    assert crawled.wrong(either) == []


def test_a_site_that_was_rebuilt_is_found_out_and_left_again() -> None:
    knowledge = Knowledge()
    crawl(knowledge, pages(60, "/p/{}", PLAIN, GAIN))
    assert len(crawl(knowledge, pages(60, "/p/{}", PLAIN, NO_GAIN)).rendered) <= 6
    later = Knowledge(knowledge.changes())
    assert len(crawl(later, pages(60, "/p/{}", PLAIN, NO_GAIN)).rendered) == 1
    again = Knowledge(later.changes())
    rebuilt = pages(60, "/p/{}", PLAIN, GAIN)
    assert crawl(again, rebuilt).wrong(rebuilt) == []


def test_what_is_known_is_checked_after_ever_more_pages() -> None:
    crawled = crawl(Knowledge(), pages(2_000, "/p/{}"))
    checks = [int(path.rpartition("/")[2]) for path in crawled.rendered[3:]]
    assert checks == [64, 192, 576, 1728]


def test_a_check_that_finds_a_gain_turns_the_answer() -> None:
    knowledge = Knowledge()
    crawl(knowledge, pages(64, "/p/{}"))
    crawled = crawl(knowledge, pages(30, "/p/later{}", PLAIN, GAIN))
    assert len(crawled.rendered) == 30


def test_each_run_checks_each_template_once() -> None:
    first = Knowledge()
    crawl(first, pages(100, "/p/{}"))
    second = Knowledge(first.changes())
    plan = second.plan(f"{SITE}/p/1", PLAIN)
    assert plan.action is Action.BOTH
    assert plan.because == "pages like it are checked again; 0 of 4 pages like /p/* gained content"
    assert second.plan(f"{SITE}/p/2", PLAIN).action is Action.HTTP, "one check at a time"
    second.learn(plan, NO_GAIN)
    assert crawl(second, pages(50, "/p/{}")).rendered == []


def test_pages_wait_while_as_many_samples_as_needed_are_under_way() -> None:
    knowledge = Knowledge()
    first, second, third = (knowledge.plan(f"{SITE}/p/{n}", PLAIN) for n in range(3))
    assert {plan.action for plan in (first, second, third)} == {Action.BOTH}
    assert first.because == "pages like /p/* are sampled"
    assert knowledge.plan(f"{SITE}/p/3", PLAIN).action is Action.WAIT
    assert knowledge.plan(f"{SITE}/q/1", PLAIN).action is Action.WAIT, "the same template"
    assert knowledge.plan(f"{SITE}/p/3", PLAIN, may_wait=False).action is Action.BOTH
    knowledge.learn(first, GAIN)
    assert knowledge.plan(f"{SITE}/p/3", PLAIN).action is Action.BROWSER


def test_a_sample_whose_browser_failed_is_neither_a_gain_nor_asked_for_ever() -> None:
    knowledge = Knowledge()
    for number in range(3):
        plan = knowledge.plan(f"{SITE}/p/{number}", PLAIN)
        assert plan.action is Action.BOTH
        kept = knowledge.learn(plan, None)
        assert kept.renderer is Renderer.HTTP
        assert kept.because.endswith("the browser could not show it")
    assert knowledge.plan(f"{SITE}/p/9", PLAIN).action is Action.HTTP
    assert [(record.samples, record.gains) for record in knowledge.changes()] == [(0, 0)]


def test_without_a_browser_nothing_is_sampled_and_shells_still_want_one() -> None:
    knowledge = Knowledge(can_render=False)
    assert {knowledge.plan(f"{SITE}/p/{n}", PLAIN).action for n in range(10)} == {Action.HTTP}
    assert knowledge.plan(f"{SITE}/q/1", SHELL).action is Action.BROWSER


def test_a_304_says_nothing_where_pages_alike_were_rendered() -> None:
    knowledge = Knowledge()
    crawl(knowledge, [*pages(5, "/app/{}", SHELL, GAIN), *pages(5, "/p/{}")])
    assert knowledge.expects_browser(f"{SITE}/app/new")
    assert not knowledge.expects_browser(f"{SITE}/p/new")
    assert not knowledge.expects_browser(f"{SITE}/never/seen/x")
    assert not knowledge.expects_browser("https://other.example/app/1")


def test_what_was_learned_comes_back_and_only_changes_are_saved() -> None:
    first = Knowledge()
    crawl(first, [*pages(30, "/app/{}", SHELL, GAIN), *pages(30, "/p/{}")])
    records = first.changes()
    assert [
        (record.pattern, record.kind, record.pages, record.samples, record.gains) for record in records
    ] == [
        ("/app/*", "shell", 30, 30, 30),
        ("/p/*", "plain", 30, 3, 0),
    ]
    assert first.changes() == ()
    second = Knowledge(records)
    assert second.expects_browser(f"{SITE}/app/1")
    assert second.changes() == ()
    crawl(second, pages(1, "/app/{}", SHELL, GAIN))
    assert [record.pattern for record in second.changes()] == ["/app/*"]


def test_connectors_and_hosts_learn_apart() -> None:
    knowledge = Knowledge()
    crawl(knowledge, pages(20, "/p/{}"))
    assert knowledge.plan("https://other.example/p/1", PLAIN).action is Action.BOTH


def test_memory_is_bounded_whatever_a_site_makes_up() -> None:
    knowledge = Knowledge(can_render=False)
    for number in range(3_000):
        knowledge.plan(f"{SITE}/p/{number}", replace(PLAIN, template=number + 1))
        knowledge.plan(f"https://h{number}.example/", PLAIN)
    assert len(knowledge.changes()) <= 512 + 1 + 1_000


def _manuals(number: int) -> str:
    return "abcdefghijkl"[number % 12]


SITES = {
    "shells among pages without scripts": mixed(
        pages(900, "/p/{}.html", NO_SCRIPTS), pages(100, "/p/a{}.html", SHELL, GAIN)
    ),
    "shells among pages with scripts": mixed(
        pages(900, "/p/{}.html"), pages(100, "/p/a{}.html", SHELL, GAIN)
    ),
    "pages that look complete, of another template": mixed(
        pages(900, "/p/{}.html"), pages(100, "/p/a{}.html", replace(PLAIN, template=12), GAIN)
    ),
    "pages that look complete, of the same template under a path of their own": mixed(
        pages(900, "/p/{}.html"), pages(100, "/live/{}.html", PLAIN, GAIN)
    ),
    "static pages in twelve folders": mixed(
        [SitePage(f"/{_manuals(n)}/{n}.html", PLAIN) for n in range(900)],
        pages(100, "/app/{}", SHELL, GAIN),
    ),
    "a third of each kind": mixed(
        pages(450, "/p/{}.html"),
        pages(450, "/q/{}.html", NO_SCRIPTS),
        pages(34, "/app/{}", SHELL, GAIN),
        pages(33, "/live/{}.html", PLAIN, GAIN),
        pages(33, "/p/x{}.html", DOUBTFUL, GAIN),
    ),
}


@pytest.mark.parametrize("at_once", [1, 16, 64])
@pytest.mark.parametrize("site", SITES.values(), ids=SITES.keys())
def test_900_static_and_100_scripted_pages_take_few_renders_beyond_the_100(
    site: list[SitePage], at_once: int
) -> None:
    knowledge = Knowledge()
    crawled = crawl(knowledge, site, at_once=at_once)
    assert len(crawled.kept) == 1_000
    assert crawled.wrong(site) == []
    assert len(crawled.rendered) <= 125
    again = crawl(Knowledge(knowledge.changes()), site, at_once=at_once)
    assert again.wrong(site) == []
    assert len(again.rendered) <= 110


_evidences = st.builds(
    ScriptEvidence,
    words=st.integers(0, 500),
    scripts=st.integers(0, 2),
    weight=st.integers(0, 9),
    template=st.integers(-2, 2),
)
_comparisons = st.sampled_from([GAIN, NO_GAIN, COVERED, links("/a"), links("/b", "/c"), None])
_steps = st.lists(st.tuples(st.integers(0, 8), _evidences, _comparisons, st.booleans()), max_size=120)


@settings(max_examples=80, deadline=None)
@given(_steps)
def test_whatever_happens_the_counts_agree_and_nobody_waits_for_nobody(
    steps: list[tuple[int, ScriptEvidence, Comparison | None, bool]],
) -> None:
    knowledge = Knowledge()
    under_way: list[tuple[Plan, Comparison | None]] = []
    for number, evidence, comparison, ends in steps:
        plan = knowledge.plan(f"{SITE}/{'abc'[number % 3]}/{number}", evidence)
        assert plan.because
        if plan.action is Action.WAIT:
            assert under_way
        elif plan.action is not Action.HTTP:
            assert evidence.scripts
            under_way.append((plan, comparison))
        if ends and under_way:
            knowledge.learn(*under_way.pop())
    for plan, comparison in under_way:
        knowledge.learn(plan, comparison)
    for record in knowledge.changes():
        assert 0 <= record.gains <= record.samples
        assert record.streak <= record.samples
        assert record.samples <= record.pages
    assert knowledge.plan(f"{SITE}/a/1", PLAIN).action is not Action.WAIT
