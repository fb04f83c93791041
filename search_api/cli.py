"""The command `search-api`: one line per command; what a command does lies in `search_api.commands`."""

from __future__ import annotations

import typer

from search_api.commands import analytics, ask_as, groups, judgements, key, query, serve, sign_out, validate

app = typer.Typer(
    name="search-api",
    help="Serve the search page and its HTTP interface, or ask from the terminal.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # rich tracebacks print local variables, and passwords are among them
)

# Modules of `search_api.commands` import what they need when they run, so that this list costs nothing.
app.command("serve")(serve.serve)
app.command("query")(query.query)
app.command("as")(ask_as.ask_as)
app.command("sign-out")(sign_out.sign_out)
app.command("validate")(validate.validate)
app.command("analytics")(analytics.analytics)

keys = typer.Typer(help="API keys for programs.", no_args_is_help=True)
keys.command("create")(key.create)
keys.command("list")(key.show)
keys.command("revoke")(key.revoke)
app.add_typer(keys, name="key")

nested = typer.Typer(help="Nested groups.", no_args_is_help=True)
nested.command("load")(groups.load)
app.add_typer(nested, name="groups")

judged = typer.Typer(help="What clicks and feedback say of the ranking.", no_args_is_help=True)
judged.command("export")(judgements.export)
app.add_typer(judged, name="judgements")
