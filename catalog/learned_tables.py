"""The tables of what crawls learn of sites: each can be lost, and is then learned anew."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from catalog.columns import metadata

rendering = Table(  # which pages gained something in a browser (crawler.rendering.auto)
    "rendering",
    metadata,
    Column("connector_id", ForeignKey("connectors.id"), primary_key=True),
    Column("host", String(300), primary_key=True),
    Column("pattern", String(300), primary_key=True),  # of paths, such as /products/*
    Column("template", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),  # of evidence
    Column("pages", BigInteger, nullable=False),
    Column("samples", Integer, nullable=False),
    Column("gains", Integer, nullable=False),
    Column("streak", Integer, nullable=False),  # samples without a gain since the last one with
)

boilerplate = Table(  # blocks that many pages of a host share (catalog.boilerplate)
    "boilerplate",
    metadata,
    Column("connector_id", ForeignKey("connectors.id"), primary_key=True),
    Column("host", String(300), primary_key=True),
    Column("fingerprint", BigInteger, primary_key=True, autoincrement=False),
    Column("pages", Integer, nullable=False),  # that have it, of those looked at
)

url_variants = Table(  # differences of addresses that change nothing (crawler.variants)
    "url_variants",
    metadata,
    Column("connector_id", ForeignKey("connectors.id"), primary_key=True),
    Column("host", String(300), primary_key=True),  # without `www.`
    Column("kind", String(16), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("run_id", Integer, nullable=False),  # the latest that found something out
    Column("pages", Integer, nullable=False),  # that were seen alike
    Column("refuted", Text),  # by which addresses
)

url_traps = Table(  # patterns of addresses that give nothing new (crawler.rules.traps)
    "url_traps",
    metadata,
    Column("connector_id", ForeignKey("connectors.id"), primary_key=True),
    Column("host", String(300), primary_key=True),
    Column("pattern", String(300), primary_key=True),
    Column("pages", BigInteger, nullable=False),
    # Of pages without news (crawler.rules.traps.tally), and what they led to.
    Column("score", Integer, nullable=False),
    Column("fruitless", BigInteger, nullable=False),
    Column("breeding", BigInteger, nullable=False),
    Column("bred", BigInteger, nullable=False),
    Column("is_trap", Boolean, nullable=False),
    Column("seen", LargeBinary, nullable=False),  # the lines that its pages said, as bits
)

hash_routes = Table(  # hosts whose pages are told apart by fragments (crawler.rules.hash_routing)
    "hash_routes",
    metadata,
    Column("connector_id", ForeignKey("connectors.id"), primary_key=True),
    Column("host", String(300), primary_key=True),
    Column("slash", Boolean, nullable=False),
    Column("bang", Boolean, nullable=False),
    Column("drops_id", Boolean, nullable=False),
)
