"""`indexer rebuild`: both indexes anew from the catalog."""

from __future__ import annotations

from settings.console import DEFAULT_CONFIG, ConfigOption, JsonOption


def rebuild(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Make both indexes anew from the catalog, without fetching or embedding again; then switch to them."""
    from indexer.commands.session import Display, opened, print_progress
    from indexer.pipeline import Pipeline

    with (
        opened(config) as (catalog, settings),
        Display() as display,
        Pipeline(catalog, settings, report=display.report) as pipeline,
    ):
        rebuilt = pipeline.rebuild()
        done = rebuilt + pipeline.run_once()
    print_progress(done, as_json)
