"""The watch over a connector's patterns: what counts as news, what is refused, and what is never."""

from __future__ import annotations

from catalog.document import url_key
from catalog.task import FoundBy
from catalog.traps import TrapRecord
from catalog.visit import Discovery, Visit
from catalog.vocabulary import ALLOWED, Reason
from crawler.rules.filters import PatternList
from crawler.rules.traps.said import lines_said
from crawler.rules.traps.tally import MOST_FRUITLESS, Seen
from crawler.rules.traps.watch import MOST_PATTERNS, TrapWatch

SITE = "https://club.example"


def visit(url: str, *said: str, leads_to: str | None = None) -> Visit:
    """A page that says something and leads to another."""
    found = () if leads_to is None else (discovery(leads_to),)
    return Visit(said=lines_said(url, "Club", said), discoveries=found)


def discovery(url: str) -> Discovery:
    return Discovery(url_key("club", url), url, "club.example", 1, FoundBy.LINK, ALLOWED)


def trap(pattern: str) -> TrapRecord:
    score = MOST_FRUITLESS
    packed = Seen().pack()
    return TrapRecord("club.example", pattern, 30, score, score, score, score, is_trap=True, seen=packed)


def chain(watch: TrapWatch, form: str, pages: int, *said: str) -> None:
    """Pages each of which leads to the next."""
    for page in range(pages):
        url = SITE + form.format(page)
        watch.note(url, visit(url, *said, leads_to=SITE + form.format(page + 1)))


def test_a_chain_of_pages_that_say_the_same_is_refused_by_its_pattern() -> None:
    watch = TrapWatch()
    chain(watch, "/next/{}", MOST_FRUITLESS + 1, "Onward.")
    decision = watch.refusal(SITE + "/next/999")
    assert (decision.allowed, decision.reason) == (False, Reason.TRAP)
    assert decision.rule == "pattern /next/*: of its 21 pages the last ones say nothing new"
    assert watch.refusal(SITE + "/other/999").allowed


def test_two_patterns_that_only_lead_to_each_other_are_traps_both() -> None:
    watch = TrapWatch()
    for page in range(100):
        for own, other in (("home", "team"), ("team", "home")):
            url = f"{SITE}/{own}/x?sid=0123456789{page}"
            watch.note(url, visit(url, "Welcome.", leads_to=f"{SITE}/{other}/x?sid=9876543210{page}{own}"))
    assert not watch.refusal(SITE + "/home/x?sid=1").allowed
    assert not watch.refusal(SITE + "/team/x?sid=1").allowed


def test_lists_that_say_nothing_but_lead_to_pages_that_do_go_on() -> None:
    watch = TrapWatch()
    for page in range(200):
        board, thread = f"{SITE}/board/{page}", f"{SITE}/thread/{page}"
        listed = visit(board, "Threads.", leads_to=thread)
        following = discovery(f"{SITE}/board/{page + 1}")
        watch.note(board, Visit(said=listed.said, discoveries=(*listed.discoveries, following)))
        watch.note(thread, visit(thread, f"Somebody said {page * 7919} times that it rains."))
    assert watch.refusal(SITE + "/board/201").allowed


def test_pages_that_cannot_be_read_say_nothing_of_traps() -> None:
    watch = TrapWatch()
    for page in range(1_000):
        further = discovery(f"{SITE}/2024/05/{page + 1}.jpg")
        watch.note(f"{SITE}/2024/05/{page}.jpg", Visit(discoveries=(further,)))
    assert watch.refusal(SITE + "/2024/05/x.jpg").allowed


def test_a_broad_trap_does_not_refuse_a_narrow_pattern_that_says_something() -> None:
    watch = TrapWatch()
    for page in range(20):
        url = f"{SITE}/list?id={page}&lang=en"
        watch.note(url, visit(url, f"Prose number {page * 7919} of the harbour, its cranes and its ships."))
    chain(watch, "/list?colour={}&size=m", MOST_FRUITLESS + 20, "Nothing is for sale.")
    assert watch.refusal(SITE + "/list?id=1&lang=en").allowed
    assert not watch.refusal(SITE + "/list?colour=red&size=m").allowed
    assert not watch.refusal(SITE + "/list?colour=red&brand=us").allowed


def test_exceptions_are_never_refused() -> None:
    watch = TrapWatch([trap("/next/*")], PatternList("scope.trap_exceptions", ["/next/7", "/a/a/a/"]))
    assert watch.refusal(SITE + "/next/77").allowed
    assert not watch.refusal(SITE + "/next/8").allowed
    assert watch.refusal(SITE + "/a/a/a/").allowed
    assert watch.refusal(SITE + "/b/b/b/").rule == "the path repeats /b three times"


def test_a_few_addresses_of_a_known_trap_are_let_through_in_each_run() -> None:
    watch = TrapWatch([trap("/next/*")])
    assert [watch.may_begin(f"{SITE}/next/{page}").allowed for page in range(5)] == [True] * 3 + [False] * 2


def test_patterns_are_forgotten_when_there_are_too_many_but_traps_are_not() -> None:
    watch = TrapWatch([trap("/next/*")])
    for page in range(3 * MOST_PATTERNS):
        name = "".join(chr(97 + int(digit)) for digit in str(page))
        url = f"{SITE}/{name}/page"
        watch.note(url, visit(url, "Onward."))
    assert not watch.refusal(SITE + "/next/1").allowed


def test_what_changed_is_written_down_once() -> None:
    watch = TrapWatch()
    chain(watch, "/next/{}", MOST_FRUITLESS + 1, "Onward.")
    (record,) = watch.changes()
    assert (record.pattern, record.is_trap, record.score) == ("/next/*", True, MOST_FRUITLESS)
    assert watch.changes() == ()
    again = TrapWatch([record])
    assert again.refusal(SITE + "/next/5") == watch.refusal(SITE + "/next/5")
