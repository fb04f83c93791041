"""In a running crawl a page waits for samples of pages like it, but not for ever."""

from __future__ import annotations

import asyncio

from crawler.rendering.auto.decisions import Decisions
from crawler.rendering.auto.knowledge import Knowledge
from crawler.rendering.auto.plan import Action
from tests.crawler.rendering.auto.sites import GAIN, NO_GAIN, PLAIN, SHELL, SITE


async def test_pages_that_wait_go_on_when_the_samples_are_learned() -> None:
    decisions = Decisions(Knowledge(), patience=60)
    samples = [await decisions.plan(f"{SITE}/p/{n}", PLAIN) for n in range(3)]
    waiting = [asyncio.create_task(decisions.plan(f"{SITE}/p/w{n}", PLAIN)) for n in range(5)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    for sample in samples:
        assert sample.action is Action.BOTH
        decisions.learn(sample, NO_GAIN)
    assert {(await task).action for task in waiting} == {Action.HTTP}


async def test_one_gain_lets_all_that_wait_be_rendered() -> None:
    decisions = Decisions(Knowledge(), patience=60)
    samples = [await decisions.plan(f"{SITE}/p/{n}", PLAIN) for n in range(3)]
    waiting = asyncio.create_task(decisions.plan(f"{SITE}/p/w", PLAIN))
    await asyncio.sleep(0)
    decisions.learn(samples[0], GAIN)
    assert (await waiting).action is Action.BROWSER


async def test_a_page_whose_patience_ends_is_sampled_itself() -> None:
    decisions = Decisions(Knowledge(), patience=0.01)
    for number in range(3):
        await decisions.plan(f"{SITE}/p/{number}", PLAIN)
    assert (await decisions.plan(f"{SITE}/p/late", PLAIN)).action is Action.BOTH


async def test_a_shell_waits_for_nobody_and_is_expected_from_then_on() -> None:
    decisions = Decisions(Knowledge(), patience=60)
    for number in range(3):
        await decisions.plan(f"{SITE}/p/{number}", PLAIN)
    shell = await decisions.plan(f"{SITE}/app/1", SHELL)
    assert shell.action is Action.BROWSER
    decisions.learn(shell, GAIN)
    assert decisions.expects_browser(f"{SITE}/app/2")
