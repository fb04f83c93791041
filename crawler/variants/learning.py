"""What a connector's crawl learns of addresses that show the same: claims to be examined, then rules.

A difference counts for a site when enough pages were seen with it and without, the same each time (also in
where they lead), and never otherwise. Where it counts, an address that differs from its normal form in
nothing else need not be asked for. That is checked on: the first addresses of each area of the site (the
first part of the path), and some of all others, are asked for nonetheless, and one page that is different
ends the rule. Nothing here asks or waits: `crawler.sync.variant_visits` does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from catalog.url_variants import Likeness, VariantRecord
from crawler.variants.forms import (
    Form,
    Kind,
    KnownOr,
    Step,
    area_of,
    difference,
    is_known_parameter,
    normal_form,
    site_of,
)

FEWEST_ALIKE: Final = 5
"""Pages, each of other content, that must be alike with and without a difference before it is believed to
change nothing."""

FEWEST_ALIKE_KNOWN: Final = 2
"""The same for parameters that serve to follow visitors wherever they are used."""

ENOUGH_AREAS: Final = 8
"""Areas of a site that agree: then what holds there is taken to hold in all others."""

CHECKED: Final = 50
"""One in so many addresses that a rule recognises is asked for all the same, others in each run."""

MOST_UNCLEAR: Final = 20
"""Pairs of pages that say neither yes nor no: then a difference is left alone for the rest of the run."""

_MOST_AT_ONCE: Final = 16  # claims about one difference in one area that are examined at a time
_MOST_OPEN: Final = 64  # the same in all areas
_MOST_CHECKS: Final = 8  # addresses asked for in an area because a rule is not trusted there
_MOST_PROBES: Final = 2 * FEWEST_ALIKE  # normal forms asked for that nothing led to, per difference
_IN_GROUP: Final = 8  # addresses of one page that are remembered
_MOST_GROUPS: Final = 20_000
_MOST_STEPS: Final = 1_000  # per site
_MOST_SITES: Final = 1_000
_MOST_AWAITED: Final = 1_000
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Claim:
    """Two visited addresses of a site that may show the same, and the steps between them.

    With `is_normal` the second one is the normal form of the first.
    """

    variant: str
    other: str
    steps: tuple[Step, ...]
    is_normal: bool


@dataclass(frozen=True, slots=True)
class Recognised:
    """An address that need not be asked for: the `url` of its normal form, and the `rule` for people."""

    url: str
    rule: str


@dataclass(slots=True)
class _Known:
    """What is known of one step on one site."""

    pages: int = 0  # seen alike, by earlier runs too
    learned: bool = False
    refuted: str | None = None
    contents: set[bytes] = field(default_factory=set)
    areas: set[str] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)
    unclear: int = 0
    open: Counter[str] = field(default_factory=Counter)
    probes: int = 0

    def is_busy(self, area: str) -> bool:
        """Whether enough is being examined for now."""
        return self.open[area] >= _MOST_AT_ONCE or self.open.total() >= _MOST_OPEN

    def trusts(self, area: str) -> bool:
        return area in self.areas or len(self.areas) >= ENOUGH_AREAS


@dataclass
class _Site:
    """What is known of one site."""

    host: str
    known: dict[Step, _Known] = field(default_factory=dict)
    given_up: set[Step] = field(default_factory=set)
    groups: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def rules(self) -> Form:
        """The steps that change nothing."""
        return Form.of(step for step, known in self.known.items() if known.learned)

    @cached_property
    def left(self) -> Form:
        """What all addresses have in common that may be forms of one page, as far as is known."""
        refuted = (step for step, known in self.known.items() if known.refuted is not None)
        return Form.without([*refuted, *self.given_up])

    def changed(self) -> None:
        """Rules came or went."""
        self.__dict__.pop("rules", None)
        self.__dict__.pop("left", None)

    def rule(self, steps: Sequence[Step]) -> str:
        """Steps in words, with the number of pages that each was learned from at least."""
        *others, last = (step.words for step in steps)
        what = f"{', '.join(others)} and {last} change" if others else f"{last} changes"
        pages = min(self.known[step].pages for step in steps)
        return f"on this host {what} nothing: {pages:,} pages seen alike"


@dataclass
class Variants:
    """What one connector's crawl knows of the variants of its addresses.

    `run` makes that other addresses are checked in each run.
    """

    run: int = 0
    _sites: dict[str, _Site] = field(default_factory=dict)
    _awaited: defaultdict[str, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    _unsaved: dict[tuple[str, Step], None] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[VariantRecord], run: int = 0) -> Variants:
        """With what earlier runs found out."""
        variants = cls(run)
        for record in records:
            site = variants._sites.setdefault(record.host, _Site(record.host))
            site.known[Step(Kind(record.kind), record.name)] = _Known(
                record.pages, learned=record.refuted is None, refuted=record.refuted
            )
        return variants

    @property
    def has_rules(self) -> bool:
        """Whether anything is, or was, taken to change nothing."""
        return any(known.pages for site in self._sites.values() for known in site.known.values())

    def recognise(self, url: str, key: bytes) -> Recognised | None:
        """The normal form of an address that need not be asked for; `key` is that of its row."""
        site = self._sites.get(site_of(url))
        if site is None or (int.from_bytes(key[:4]) + self.run) % CHECKED == 0:
            return None
        normal, taken = normal_form(url, site.rules)
        area = area_of(url)
        if not taken or not all(site.known[step].trusts(area) for step in taken):
            return None
        return Recognised(normal, site.rule(taken))

    def expected(self, url: str) -> Recognised | None:
        """The normal form of an address by what is known so far, whether that is to be checked or not."""
        site = self._sites.get(site_of(url))
        normal, taken = (url, ()) if site is None else normal_form(url, site.rules)
        return None if site is None or not taken else Recognised(normal, site.rule(taken))

    def met(self, url: str) -> tuple[list[Claim], str | None]:
        """A page was read at an address: what it may prove, and a normal form that should be asked for."""
        site = self._site(url)
        if site is None:
            return [], None
        claims = self.came_to_nothing(url)
        normal, taken = normal_form(url, site.rules)
        if taken:
            checked = self._check(site, url, normal, taken)
            return [*claims, *checked], (normal if checked else None)
        common = normal_form(url, site.left)[0]
        others = site.groups.get(common)
        if others is None:
            site.groups[common] = [url]
            if len(site.groups) > _MOST_GROUPS:
                del site.groups[next(iter(site.groups))]
            return claims, None
        claims += (claim for other in others if (claim := self._claim(site, url, other)) is not None)
        if len(others) < _IN_GROUP and url not in others:
            others.append(url)
        return claims, None

    def came_to_nothing(self, url: str) -> list[Claim]:
        """No page stands at an address: what that may disprove."""
        claims = self._awaited.pop(url, [])
        for claim in claims:
            self._open(claim)
        return claims

    def redirected(self, url: str, target: str) -> None:
        """An address leads to another one, as its server says."""
        site = self._site(url)
        if site is None or site_of(target) != site.host:
            return
        steps = [
            Step(step.kind, _direction(step, target)) for step in difference(url, target, Form.without(()))
        ]
        if not steps or any(len(step.name) > _LONGEST_NAME for step in steps):
            return
        if normal_form(url, Form.of(steps))[0] == target:
            for step in steps:
                self._count(site, step, target.encode(), area_of(url))
                if (reverse := _reverse(step)) is not None:
                    self._refute(site, reverse, f"{url} leads to {target}")
        elif len(steps) == 1 and self._known(site, steps[0]).learned:
            self._refute(site, steps[0], f"{url} leads to {target}")

    def learn(self, claim: Claim, likeness: Likeness, content: bytes | None) -> str | None:
        """Take in what came of a claim; return a normal form that should be asked for, if any."""
        site = self._sites[site_of(claim.variant)]
        records = {step: self._known(site, step) for step in claim.steps}
        for known in records.values():
            known.open[area_of(claim.variant)] -= 1
        match likeness:
            case Likeness.NOT_YET:
                self._await(claim)
            case Likeness.SAME if claim.is_normal and content is not None:
                for step in claim.steps:
                    self._count(site, step, content, area_of(claim.variant))
            case Likeness.SAME:
                return self._probe(site, claim)
            case Likeness.DIFFERENT:
                self._differ(site, claim, records)
            case Likeness.UNCLEAR:
                self._unclear(site, records)
        return None

    def form_of_links(self, claim: Claim) -> Form:
        """By what the links of two pages are compared that may be the same: as if the claim were true.

        Of other differences only those are passed over that hardly ever lead elsewhere.
        """
        site = self._sites[site_of(claim.variant)]
        claimed, left = self._with(site, claim.steps), site.left
        names = {step.name for step in claim.steps if step.kind is Kind.PARAMETER}
        names |= {step.name for step, known in site.known.items() if known.learned}
        return replace(
            left,
            host=left.host if claimed.host is None else claimed.host,
            slash=left.slash if claimed.slash is None else claimed.slash,
            lower_case=claimed.lower_case,
            parameters=KnownOr(frozenset(names)),
        )

    @property
    def has_unsaved(self) -> bool:
        """Whether rules came or went since `take_unsaved`."""
        return bool(self._unsaved)

    def take_unsaved(self) -> list[VariantRecord]:
        """The rules that came or went since the last time that this was called."""
        found = []
        for host, step in self._unsaved:
            known = self._sites[host].known[step]
            found.append(VariantRecord(host, step.kind.value, step.name, known.pages, known.refuted))
        self._unsaved.clear()
        return found

    def _site(self, url: str) -> _Site | None:
        host = site_of(url)
        site = self._sites.get(host)
        if site is None and len(self._sites) < _MOST_SITES:
            site = self._sites[host] = _Site(host)
        return site

    def _known(self, site: _Site, step: Step) -> _Known:
        return site.known.setdefault(step, _Known())

    def _check(self, site: _Site, url: str, normal: str, taken: tuple[Step, ...]) -> list[Claim]:
        """A variant was asked for nonetheless: is it what the rules say?"""
        area = area_of(url)
        records = [site.known[step] for step in taken]
        doubted = [known for known in records if not known.trusts(area)]
        if doubted and all(known.asked[area] >= _MOST_CHECKS for known in doubted):
            return []
        for known in records:
            known.asked[area] += 1
        return [self._open(Claim(url, normal, taken, is_normal=True))]

    def _claim(self, site: _Site, url: str, other: str) -> Claim | None:
        steps = difference(url, other, site.left)
        if not steps or any(len(step.name) > _LONGEST_NAME for step in steps):
            return None
        undecided = [step for step in steps if step not in site.known or not site.known[step].learned]
        if not undecided or len(site.known) + len(undecided) > _MOST_STEPS:
            return None
        area = area_of(url)
        if any(self._known(site, step).is_busy(area) for step in undecided):
            return None
        form = self._with(site, steps)
        normal = {each: normal_form(each, form)[0] for each in (url, other)}
        if normal[url] != normal[other]:
            return None
        variant, second = (other, url) if normal[url] == url else (url, other)
        claim = Claim(variant, second, tuple(sorted(steps)), is_normal=normal[second] == second)
        return self._open(claim)

    def _with(self, site: _Site, steps: Iterable[Step]) -> Form:
        learned = [step for step, known in site.known.items() if known.learned]
        return Form.of([*learned, *steps])

    def _open(self, claim: Claim) -> Claim:
        """Note that a claim is being examined."""
        site, area = self._sites[site_of(claim.variant)], area_of(claim.variant)
        for step in claim.steps:
            self._known(site, step).open[area] += 1
        return claim

    def _await(self, claim: Claim) -> None:
        """Examine a claim when the other address was visited: if it ever is."""
        if len(self._awaited) < _MOST_AWAITED:
            self._awaited[claim.other].append(claim)

    def _probe(self, site: _Site, claim: Claim) -> str | None:
        """Two addresses show the same, but neither is the normal form: is that the same, too?"""
        records = [self._known(site, step) for step in claim.steps]
        if all(known.learned for known in records) or any(known.probes >= _MOST_PROBES for known in records):
            return None
        normal = normal_form(claim.variant, self._with(site, claim.steps))[0]
        if normal in self._awaited:
            return None
        for known in records:
            known.probes += 1
        self._await(Claim(claim.variant, normal, claim.steps, is_normal=True))
        return normal

    def _count(self, site: _Site, step: Step, content: bytes, area: str) -> None:
        known = self._known(site, step)
        if known.refuted is not None or step in site.given_up:
            return
        known.areas.add(area)
        if content not in known.contents:
            known.contents.add(content)
            known.pages += 1
        enough = FEWEST_ALIKE_KNOWN if is_known_parameter(step.name) else FEWEST_ALIKE
        if not known.learned and len(known.contents) >= enough:
            known.learned = True
            self._unsaved[site.host, step] = None
            site.changed()

    def _differ(self, site: _Site, claim: Claim, records: dict[Step, _Known]) -> None:
        undecided = [step for step, known in records.items() if not known.learned]
        if len(undecided) <= 1:
            for step in undecided or claim.steps:
                self._refute(site, step, f"{claim.variant} differs from {claim.other}")

    def _refute(self, site: _Site, step: Step, because: str) -> None:
        known = self._known(site, step)
        if known.refuted is not None:
            return
        known.refuted = because
        if known.learned or known.pages:
            self._unsaved[site.host, step] = None
        known.learned = False
        site.changed()

    def _unclear(self, site: _Site, records: dict[Step, _Known]) -> None:
        for step, known in records.items():
            known.unclear += 1
            if known.unclear >= MOST_UNCLEAR and not known.learned:
                site.given_up.add(step)
                site.changed()


def _direction(step: Step, target: str) -> str:
    """The name of a step that leads to a target: whether hosts and slashes come or go."""
    if step.kind is Kind.SLASH:
        return "/" if target.partition("?")[0].endswith("/") else ""
    if step.kind is Kind.HOST:
        return "www." if target.partition("://")[2].startswith("www.") else ""
    return step.name


def _reverse(step: Step) -> Step | None:
    if step.kind is Kind.SLASH:
        return Step(Kind.SLASH, "" if step.name else "/")
    if step.kind is Kind.HOST:
        return Step(Kind.HOST, "" if step.name else "www.")
    return None
