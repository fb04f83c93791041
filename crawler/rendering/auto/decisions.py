"""Decisions in a running crawl: a page waits while samples of pages like it are under way."""

from __future__ import annotations

import asyncio
from typing import Final

from crawler.rendering.auto.comparison import Comparison
from crawler.rendering.auto.knowledge import Knowledge
from crawler.rendering.auto.plan import Action, Kept, Plan
from extract.html.script_evidence import ScriptEvidence

PATIENCE_SECONDS: Final = 10.0
"""How long a page waits for samples of others; then it is sampled itself."""


class Decisions:
    """`Knowledge` for many visits at a time, in one event loop."""

    def __init__(self, knowledge: Knowledge, patience: float = PATIENCE_SECONDS) -> None:
        self.knowledge: Final = knowledge
        self._patience = patience
        self._learned = asyncio.Event()

    async def plan(self, url: str, evidence: ScriptEvidence) -> Plan:
        """What to do with a page (`Knowledge.plan`); never `Action.WAIT`."""
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    plan = self.knowledge.plan(url, evidence)
                    if plan.action is not Action.WAIT:
                        return plan
                    await self._learned.wait()
        except TimeoutError:
            return self.knowledge.plan(url, evidence, may_wait=False)

    def learn(self, plan: Plan, comparison: Comparison | None) -> Kept:
        """What a rendered page showed (`Knowledge.learn`); those that wait for it are woken."""
        kept = self.knowledge.learn(plan, comparison)
        learned, self._learned = self._learned, asyncio.Event()
        learned.set()
        return kept

    def expects_browser(self, url: str) -> bool:
        """As `Knowledge.expects_browser`."""
        return self.knowledge.expects_browser(url)
