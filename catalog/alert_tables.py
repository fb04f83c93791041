"""The tables of saved searches: what is watched, what was published, what is to be told."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from catalog.columns import Moment, RowId, metadata

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("owner", LargeBinary(16), nullable=False, index=True),  # a hash of who saved it
    Column("user", Text),
    Column("groups", JSON(none_as_null=True)),  # of the user, as of saving
    Column("key_digest", LargeBinary(32)),  # of the API key, whose groups are looked up each time
    Column("name", Text, nullable=False),
    Column("request", JSON, nullable=False),  # query and filter, as they were sent
    Column("origin", Text, nullable=False),  # of the webhook, to be shown
    Column("destination", LargeBinary, nullable=False),  # sealed: address and signing key
    Column("created_at", Moment(), nullable=False),
    Column("paused", Text),  # why nothing is sent any more
)

published_changes = Table(  # documents whose present content the indexes show, since something is watched
    "published_changes",
    metadata,
    Column("document_id", String(32), primary_key=True),
    Column("changed_at", Moment(), nullable=False),  # tells one content from the next
    Column("waits", Boolean, nullable=False, index=True),  # to be compared with the saved searches
)

alerts = Table(  # what still has to be told
    "alerts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("search_id", ForeignKey("saved_searches.id"), nullable=False, index=True),
    Column("documents", JSON, nullable=False),
    Column("created_at", Moment(), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", Moment(), nullable=False, index=True),
)

leases = Table(  # work that one process at a time does
    "leases",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("holder", String(128), nullable=False),
    Column("expires_at", Moment(), nullable=False),
)
