"""The command `crawler`: one line per command; what a command does lies in `crawler.commands`."""

from __future__ import annotations

import typer

from crawler.commands import (
    configuration,
    explain,
    extraction,
    forget,
    inspection,
    login,
    plan,
    schedule,
    sync,
)

app = typer.Typer(
    name="crawler",
    help="Crawl the sites of a connectors.yaml, index them, and explain what became of each page.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # rich tracebacks print local variables, and passwords are among them
)

# Modules of `crawler.commands` import what they need when they run, so that this list costs nothing.
app.command("init")(configuration.init)
app.command("validate")(configuration.validate)
app.command("schema")(configuration.schema)
app.command("status")(inspection.status)
app.command("runs")(inspection.runs)
app.command("report")(inspection.report)
app.command("explain")(explain.explain)
app.command("sync")(sync.sync)
app.command("plan")(plan.plan)
app.command("schedule")(schedule.schedule)
app.command("forget")(forget.forget)
app.command("login")(login.login)
app.command("extract")(extraction.extract)
