"""When a page needs a browser: evidence in its HTML, a sample read both ways, and what was learned from it.

For each page that HTTP brought (its `Reading.evidence`), in the crawler's one event loop::

    plan = await decisions.plan(url, reading.evidence)      # HTTP, BROWSER or BOTH, with the reason
    if plan.action is Action.HTTP:                          # the reading of the HTML stands
        renderer, because = plan.renderer, plan.because
    else:                                                   # render, read what came of it, compare
        comparison = compare(content_of(static…), content_of(rendered…))   # None: the browser failed
        kept = decisions.learn(plan, comparison)            # which reading is better, and why

Every plan that is not HTTP must be answered by `learn`: others may be waiting for it. `Knowledge` is the
pure state machine behind it, one for each connector; `Knowledge.changes` goes to
`catalog.rendering.save_rendering` and comes back, in the next run, from `load_rendering`.
"""
