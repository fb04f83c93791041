"""What was learned of a connector's pages: which need a browser, which are sampled or checked to find out.

Pages count as alike that share a host, a path pattern, a template (their scripts and the empty places that
these may fill) and a kind of evidence. A shell is rendered at once. Of pages that look complete three of a
kind are read both ways, fewer where pages of the same template, or all of the host, gained nothing so far.
What was found out is checked now and then, and once in each run. Pure: no clock, no I/O.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from catalog.rendering import RenderingRecord
from crawler.rendering.auto.cell import SAMPLES, Cell, CellKey, Renderer
from crawler.rendering.auto.comparison import Comparison, is_content
from crawler.rendering.auto.host import Host
from crawler.rendering.auto.pattern import EVERYTHING
from crawler.rendering.auto.plan import Action, Kept, Plan, browser_adds, html_says, pages_like, sentence
from crawler.rules.url_pattern import host_of
from extract.html.script_evidence import EvidenceKind, ScriptEvidence

_MOST_HOSTS: Final = 1_000
"""Hosts that are remembered; of more, those met first are forgotten."""
_AT_ONCE: Final = 3
"""Samples of one template that are taken at a time; more of its pages wait for what these show."""
_UNSCRIPTED: Final = CellKey(EVERYTHING, 0, EvidenceKind.PLAIN)


class Knowledge:
    """Decides about the pages of one connector; `records` are what former runs learned.

    With `can_render` False (no browser on this machine) nothing is sampled: `Action.BROWSER` then says which
    pages want one.
    """

    def __init__(self, records: Iterable[RenderingRecord] = (), *, can_render: bool = True) -> None:
        self._hosts: dict[str, Host] = {}
        self._changed: set[tuple[str, CellKey]] = set()
        self._can_render = can_render
        for record in records:
            key = CellKey(record.pattern, record.template, EvidenceKind(record.kind))
            cell = Cell(record.pages, record.samples, record.gains, record.streak)
            self._host(record.host).restore(key, cell)

    def plan(self, url: str, evidence: ScriptEvidence, *, may_wait: bool = True) -> Plan:
        """What to do with a page; `url` is absolute, with its fragment where that is part of its identity.

        `Action.WAIT` counts nothing and is never answered where `may_wait` is False.
        """
        name = host_of(url)
        if not evidence.scripts:
            return Plan(Action.HTTP, "no script could add to its HTML", url, name, _UNSCRIPTED, evidence)
        host = self._host(name)
        key = host.key_of(url, evidence)
        action = self._action(host, key, may_wait=may_wait)
        if action is not Action.WAIT:
            self._count(name, host, key, action)
        return Plan(action, _because(host, key, evidence, action), url, name, key, evidence)

    def learn(self, plan: Plan, comparison: Comparison | None) -> Kept:
        """Take in what a rendered page showed (None: the browser failed); say which reading is better."""
        host = self._host(plan.host)
        cell, template = host.cell(plan.key), host.template(plan.key)
        if plan.action is Action.BOTH:
            cell.pending = max(0, cell.pending - 1)
            template.pending = max(0, template.pending - 1)
        if comparison is None:
            cell.failures += 1
            return Kept(Renderer.HTTP, sentence(html_says(plan.evidence), "the browser could not show it"))
        is_plain = plan.evidence.kind is EvidenceKind.PLAIN
        is_covered = is_plain and comparison.loses_content
        has_links = not is_covered and host.new_among(comparison.gained_links) > 0
        adds = has_links or (comparison.gains_content and not is_covered)
        # What scripts put on each page alike is no reason to render them all.
        new = host.new_among(comparison.gained) if is_plain else len(comparison.gained)
        cell.learn(gained=has_links or (adds and is_content(new, comparison.phrases)))
        host.forget_tallies()
        self._changed.add((plan.host, plan.key))
        history = pages_like(plan.key, cell)
        if adds:
            says = html_says(plan.evidence)
            return Kept(Renderer.BROWSER, sentence(says, browser_adds(comparison), history))
        if is_covered:
            return Kept(Renderer.HTTP, sentence("the browser shows less than its HTML says", history))
        return Kept(Renderer.HTTP, sentence("the browser adds nothing that matters to its HTML", history))

    def expects_browser(self, url: str) -> bool:
        """Whether pages like this one were rendered: then a 304, which speaks of the HTML, says nothing."""
        host = self._hosts.get(host_of(url))
        if host is None:
            return False
        keys = host.kinds_of_pattern.get(host.book.lookup(url), ())
        return any(host.cells[key].pages and host.answer(key) is Renderer.BROWSER for key in keys)

    def changes(self) -> tuple[RenderingRecord, ...]:
        """What is to be saved since this was last asked."""
        records = tuple(
            RenderingRecord(name, key.pattern, key.template, key.kind.value, *_counts(host.cells[key]))
            for name, key in sorted(self._changed)
            if (host := self._hosts.get(name)) is not None and key in host.cells
        )
        self._changed.clear()
        return records

    def _host(self, name: str) -> Host:
        host = self._hosts.get(name)
        if host is None:
            if len(self._hosts) >= _MOST_HOSTS:
                del self._hosts[next(iter(self._hosts))]
            host = self._hosts[name] = Host()
        return host

    def _action(self, host: Host, key: CellKey, *, may_wait: bool) -> Action:
        answer = host.answer(key)
        if answer is Renderer.BROWSER:
            return Action.BROWSER
        if not self._can_render:
            return Action.HTTP
        if answer is Renderer.HTTP:
            return Action.BOTH if host.should_check(key) else Action.HTTP
        cell = host.cell(key)
        enough = cell.samples + cell.pending >= host.wanted(key)
        if may_wait and (enough or host.template(key).pending >= _AT_ONCE):
            return Action.WAIT
        return Action.BOTH

    def _count(self, name: str, host: Host, key: CellKey, action: Action) -> None:
        cell, template = host.cell(key), host.template(key)
        if action is Action.BOTH:
            if host.answer(key) is Renderer.HTTP:
                host.begin_check(key)
            cell.pending += 1
            template.pending += 1
        cell.pages += 1
        template.pages += 1
        host.pages += 1
        self._changed.add((name, key))


def _because(host: Host, key: CellKey, evidence: ScriptEvidence, action: Action) -> str:
    cell = host.cell(key)
    history = pages_like(key, cell)
    if action is Action.BROWSER:
        return sentence(html_says(evidence), history)
    if action is Action.HTTP:
        return history or "pages with the same scripts gained nothing in the browser"
    if cell.samples >= SAMPLES:
        return sentence("pages like it are checked again", history)
    return f"pages like {key.pattern} are sampled"


def _counts(cell: Cell) -> tuple[int, int, int, int]:
    return cell.pages, cell.samples, cell.gains, cell.streak
