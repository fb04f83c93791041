# ruff: noqa: E501 - a message stands on one line, as people see it
"""Every class of fault: its place, what is wrong, and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings import ConfigurationError, UnknownConnectorError, load_settings
from tests.settings.configurations import connector_faults, faults, load, with_connector, write

HEAD = "version: 1\n"
SITE = "connectors: [{name: a, seeds: [https://a.example/]}]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEAD + "stor: {}\n" + SITE,
            "2:1: unknown key `stor`; did you mean `store`?",
        ),
        (
            HEAD + "store:\n  bodys: latest\n" + SITE,
            "3:3: unknown key `bodys`; did you mean `bodies`?",
        ),
        (
            HEAD + "store: {xyz: 1}\n" + SITE,
            "2:9: unknown key `xyz`; valid here: database, directory, bodies, keep_runs",
        ),
        (
            HEAD + "fields: {due: {type: date, facets: true}}\n" + SITE,
            "2:28: unknown key `facets`; did you mean `facet`?",
        ),
        (
            HEAD
            + "search: {authentication: {type: jwt, jwks_url: 'https://a/', issuer: i, audience: a, isuer: i}}\n"
            + SITE,
            "2:86: unknown key `isuer`; did you mean `issuer`?",
        ),
        (
            HEAD + "index: {model: {url: 'https://a/', name: n, key: k}}\n" + SITE,
            "2:45: unknown key `key`; did you mean `api_key`?",
        ),
    ],
)
def test_an_unknown_key_names_the_nearest_valid_one(tmp_path: Path, text: str, expected: str) -> None:
    assert faults(tmp_path, text) == [expected]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("scope: {max_dept: 3}", "5:13: unknown key `max_dept`; did you mean `max_depth`?"),
        (
            "auth: {type: basic, username: u, password: p, pasword: x}\naccess: public",
            "5:51: unknown key `pasword`; did you mean `password`?",
        ),
        (
            "auth: [{type: bearer, token: t, tokn: x}]\naccess: public",
            "5:37: unknown key `tokn`; did you mean `token`?",
        ),
        (
            "field_mappings: [{field: title, frm: title}]",
            "5:37: unknown key `frm`; did you mean `from`?",
        ),
    ],
)
def test_an_unknown_key_of_a_connector(tmp_path: Path, lines: str, expected: str) -> None:
    assert expected in connector_faults(tmp_path, lines)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("scope: {max_depth: ten}", "5:24: `scope.max_depth` must be a whole number, found `ten`"),
        ("scope: {max_depth: 1.5}", "5:24: `scope.max_depth` must be a whole number, found `1.5`"),
        ("scope: {max_depth: true}", "5:24: `scope.max_depth` must be a number, found `true`"),
        ("scope: {max_depth: -1}", "5:24: `scope.max_depth` must be 0 or more, found `-1`"),
        ("scope: {max_pages: 0}", "5:24: `scope.max_pages` must be 1 or more, found `0`"),
        ("scope: {max_depth: }", "5:24: `scope.max_depth` must be a whole number, found nothing"),
        ("scope: {max_depth: [1]}", "5:24: `scope.max_depth` must be a whole number"),
        ("scope: 3", "5:12: `scope` must be a mapping of keys and values"),
        ("scope:", "5:11: `scope` must be a mapping of keys and values, found nothing"),
        (
            "scope: {max_file_size: 50 megs}",
            "5:28: `scope.max_file_size` must be a size above zero with its unit, such as 50MB or 512KiB, "
            "found `50 megs`",
        ),
        (
            "scope: {max_duration: 24}",
            "5:27: `scope.max_duration` must be a duration with its unit, such as 30s, 24h or 1h30m, found `24`",
        ),
        (
            "scope: {follow: domains}",
            "5:21: `scope.follow` must be one of path, host, subdomains, any, found `domains`; "
            "did you mean `subdomains`?",
        ),
        ("attachments: 12", "5:18: `attachments` must be true or false, found `12`"),
        ("sitemaps: sitemap.xml", "5:15: `sitemaps` must be a list such as [a, b]"),
        (
            "filters: {crawl: {exclude: [3]}}",
            "5:33: `filters.crawl.exclude[0]` must be a text (put it in quotes), found `3`",
        ),
        (
            "filters: {files: {types: [pdf]}}",
            "5:31: `filters.files.types[0]` must be a media type such as application/pdf or image/*, found `pdf`",
        ),
        ("render: sometimes", "5:13: `render` must be one of never, auto, always, found `sometimes`"),
        (
            "render: {mode: allways}",
            "5:20: `render.mode` must be one of never, auto, always, found `allways`; did you mean `always`?",
        ),
        (
            "content: {exclude: [nav]}",
            "5:25: `content.exclude[0]` must be a selector with its kind: css:… or xpath:…, found `nav`",
        ),
        (
            "content: {exclude: ['css:div[']}",
            "5:25: `content.exclude[0]` must be a valid CSS selector after `css:`, found `css:div[`",
        ),
        (
            "content: {exclude: ['xpath://a[']}",
            "5:25: `content.exclude[0]` must be a valid XPath expression after `xpath:` (invalid expression), "
            "found `xpath://a[`",
        ),
        (
            "politeness: {requests_per_minute: fast}",
            "5:39: `politeness.requests_per_minute` must be a whole number or `unlimited`, found `fast`",
        ),
        (
            "politeness: {requests_per_minute: }",
            "5:39: `politeness.requests_per_minute` must be a whole number or `unlimited`, found nothing",
        ),
        (
            "politeness: {robots: ignore}",
            "5:26: `politeness.robots` must be `obey`, or `{ignore: 'why this is allowed'}`, found `ignore`",
        ),
        (
            "politeness: {user_agent: Krähe}",
            "5:30: `politeness.user_agent` must be a text in plain ASCII such as ExampleBot/1.0 "
            "(+https://example.com/bot), found `Krähe`",
        ),
        ("politeness: {robots: {ignore: ''}}", "5:35: `politeness.robots.ignore` must not be empty"),
        (
            "network: {allow: [10.0.0.1/8]}",
            "5:23: `network.allow[0]` must begin with the first address of the range: 10.0.0.0/8, "
            "found `10.0.0.1/8`",
        ),
        (
            "network: {allow: [intranet]}",
            "5:23: `network.allow[0]` must be an address range such as 10.0.0.0/8 or fd00::/8, found `intranet`",
        ),
        (
            "proxy: {url: ftp://proxy.example/}",
            "5:18: `proxy.url` must begin with http, https or socks5, found `ftp://proxy.example/`",
        ),
        ("proxy: {type: basic}", "5:12: the key `url` of `proxy` is missing: add `url: …`"),
        (
            "access: [{allow: [hr]}]",
            "5:23: `access[0].allow[0]` must be `everyone`, `user:NAME` or `group:NAME`, found `hr`",
        ),
        ("access: privat", "5:13: `access` must be `public` or a list of rules, found `privat`"),
        ("access:", "5:12: `access` must be `public` or a list of rules, found nothing"),
        (
            "sync: {schedule: '61 2 * * *'}",
            "5:22: `sync.schedule` must be a cron expression (minute hour day month weekday) such as 0 2 * * *: "
            "the minute goes from 0 to 59, found `61 2 * * *`",
        ),
        (
            "sync: {timezone: Europe/Berln}",
            "5:22: `sync.timezone` must be the name of a time zone, found `Europe/Berln`; "
            "did you mean `Europe/Berlin`?",
        ),
        (
            "sync: {deletion_guard: 150%}",
            "5:28: `sync.deletion_guard` must lie between 0% and 100%, found `150%`",
        ),
    ],
)
def test_a_wrong_value(tmp_path: Path, lines: str, expected: str) -> None:
    assert connector_faults(tmp_path, lines) == [expected]


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        (
            "store: {database: 'mysql://host/x'}",
            "2:19: `store.database` must be sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
        ),
        (
            "store: {database: 'sqlite://'}",
            "2:19: `store.database` must be sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
        ),
        ("index: {device: gpu}", "2:17: `index.device` must be auto, cpu, cuda or cuda:0, found `gpu`"),
        (
            "index: {chunk: {tokens: 50, overlap: 50}}",
            "2:16: `index.chunk` must have an `overlap` smaller than `tokens`",
        ),
        (
            "index: {backend: milvus}",
            "2:18: `backend: milvus` needs its server: add `milvus: {uri: http://HOST:19530}`",
        ),
        (
            "index: {backend: milvus, milvus: null}",
            "2:18: `backend: milvus` needs its server: add `milvus: {uri: http://HOST:19530}`",
        ),
        ("search: {port: 70000}", "2:16: `search.port` must be 65535 or less, found `70000`"),
        ("search: {hybrid: {dense: 0, lexical: 0}}", "2:18: `search.hybrid` must have one weight above zero"),
        (
            "search: {answers: [{name: a, url: 'http://m.x/v1', model: m}, {name: a, url: 'http://n.x/v1', model: n}]}",
            "2:19: `search.answers` must each have a name of their own",
        ),
        (
            "search: {authentication: {type: jwtt}}",
            "2:33: unknown type `jwtt` of `search.authentication`; did you mean `jwt`?",
        ),
        (
            "search: {authentication: jwt}",
            "2:26: `search.authentication` must be a mapping with a `type`: one of none, api_keys, jwt, oidc",
        ),
        (
            "search: {authentication: {issuer: x}}",
            "2:26: the key `type` of `search.authentication` is missing: one of none, api_keys, jwt, oidc",
        ),
        (
            "search: {boosts: [{field: departmant}, {field: updated_at}]}",
            "2:27: there is no field `departmant`; declare it under `fields`: `departmant: {type: string}`",
        ),
        (
            "fields: {Due: {type: date}}",
            "2:10: `Due` must be a name of lower-case letters, digits and underscores, a letter first",
        ),
        (
            "fields: {due: {type: datum}}",
            "2:22: `fields.due.type` must be one of string, string_list, date, long, double, boolean, "
            "found `datum`; did you mean `date`?",
        ),
        (
            "fields: {title: {type: long}}",
            "2:24: `title` is always there and must stay `string`; choose another name",
        ),
    ],
)
def test_a_wrong_value_of_another_section(tmp_path: Path, section: str, expected: str) -> None:
    assert faults(tmp_path, f"{HEAD}{section}\n{SITE}") == [expected]


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(a", "missing ) at character 3"),
        ("[", "unterminated character set at character 2"),
        ("*", "nothing to repeat at character 1"),
    ],
)
def test_a_bad_regular_expression_has_the_place_within_it(tmp_path: Path, pattern: str, reason: str) -> None:
    expected = f"5:33: `filters.crawl.exclude[0]` must be a regular expression: {reason}, found `{pattern}`"
    assert connector_faults(tmp_path, f"filters: {{crawl: {{exclude: ['{pattern}']}}}}") == [expected]


@pytest.mark.parametrize(
    "pattern", ["/logout", r"\.pdf$", "^(?!.*draft).*$", r"(\w+)/\1/", r"(?<=a)b", "\\p{Lu}"]
)
def test_look_around_and_back_references_are_accepted(tmp_path: Path, pattern: str) -> None:
    assert connector_faults(tmp_path, f"filters: {{crawl: {{exclude: ['{pattern}']}}}}") == []


@pytest.mark.parametrize(
    ("seed", "message"),
    [
        ("intranet", "must be an absolute address such as https://intranet.example.com/, found `intranet`"),
        ("ftp://a.example/", "must begin with http or https, found `ftp://a.example/`"),
        ("javascript:alert(1)", "must begin with http or https, found `javascript:alert(1)`"),
        ("https://", "must be an absolute address such as https://intranet.example.com/, found `https://`"),
        (
            "https://a.example:99999/",
            "must be an absolute address such as https://intranet.example.com/, found `https://a.example:99999/`",
        ),
        (
            "https://eva:hunter2@a.example/",
            "must not hold credentials: write them as `username` and `password` of their section",
        ),
    ],
)
def test_a_bad_address(tmp_path: Path, seed: str, message: str) -> None:
    text = f"{HEAD}connectors:\n  - name: a\n    seeds:\n      - {seed}\n"
    assert faults(tmp_path, text) == [f"5:9: `seeds[0]` {message}"]


@pytest.mark.parametrize("name", ["In tranet", "INTRANET", "-a", "", "a_b", "ü", "a" * 65])
def test_a_connectors_name(tmp_path: Path, name: str) -> None:
    (fault,) = faults(tmp_path, f"{HEAD}connectors: [{{name: '{name}', seeds: [https://a.example/]}}]\n")
    assert fault.startswith(
        "2:21: `name` must be a name of lower-case letters, digits and dashes, such as intranet-2"
    )


def test_two_connectors_of_one_name(tmp_path: Path) -> None:
    text = HEAD + "connectors:\n" + "  - {name: a, seeds: [https://a.example/]}\n" * 2
    assert faults(tmp_path, text) == [
        "4:12: the name `a` is taken by the connector on line 3: give each its own"
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("metaa:x", "must be a source that exists, found `metaa:x`; did you mean `meta:…`?"),
        ("meta", "must say what it takes after `meta:`, found `meta`"),
        ("css:", "must say what it takes after `css:`, found `css:`"),
        ("file:path", "must be one of file:name, file:type, file:size, found `file:path`"),
        ("url:(", "must be a regular expression: missing ) at character 2, found `url:(`"),
        ("css:a[@x", "must be a valid CSS selector after `css:`, found `css:a[@x`"),
        (
            "somewhere",
            "must be a source that exists: title, url, host, meta:…, css:…, xpath:…, jsonld:…, header:…, url:…, "
            "const:…, file:name, file:type, file:size, html:size, link:text, found `somewhere`",
        ),
    ],
)
def test_a_mapping_from_an_unknown_source(tmp_path: Path, source: str, message: str) -> None:
    lines = f"field_mappings:\n  - {{field: title, from: '{source}'}}"
    assert connector_faults(tmp_path, lines) == [f"6:30: `field_mappings[0].from` {message}"]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("%d.%m.%Q", "must be a pattern of strptime, such as `%d.%m.%Y`: 'Q' is a bad directive"),
        ("dd.mm.yyyy", "must be a pattern of strptime, such as `%d.%m.%Y`"),
        ("%d %d", "must be a pattern of strptime that names each part of a date once"),
    ],
)
def test_a_mapping_with_a_format_that_is_none(tmp_path: Path, pattern: str, message: str) -> None:
    lines = f"field_mappings:\n  - {{field: updated_at, from: 'css:time', format: '{pattern}'}}"
    found = connector_faults(tmp_path, lines)
    assert [each.partition(": ")[2] for each in found] == [
        f"`field_mappings[0].format` {message}, found `{pattern}`"
    ]


@pytest.mark.parametrize(
    "source",
    [
        "title",
        "url",
        "host",
        "meta:og:title",
        "css:time@datetime",
        "css:a[href='x@y']",
        "xpath://h1",
        "jsonld:author.name",
        "header:last-modified",
        "url:/p/([^/]+)/",
        "const:HR",
        "file:name",
        "file:type",
        "file:size",
        "html:size",
        "link:text",
    ],
)
def test_every_source_of_the_contract(tmp_path: Path, source: str) -> None:
    lines = f'field_mappings:\n  - {{field: title, from: "{source}"}}'
    assert connector_faults(tmp_path, lines) == []


def test_a_mapping_to_an_unknown_field(tmp_path: Path) -> None:
    lines = """
field_mappings:
  - {field: titel, from: title}
  - {field: department, from: title}
"""
    assert connector_faults(tmp_path, lines) == [
        "6:17: there is no field `titel`; did you mean `title`?",
        "7:17: there is no field `department`; declare it under `fields`: `department: {type: string}`",
    ]


def test_a_connector_that_starts_nowhere(tmp_path: Path) -> None:
    assert faults(tmp_path, HEAD + "connectors:\n  - name: a\n") == [
        "3:5: `seeds` is missing: give a connector one of `seeds`, `seeds_file`, `sitemaps`"
    ]


@pytest.mark.parametrize("start", ["seeds: [https://a.example/]", "sitemaps: [sitemap.xml]"])
def test_one_start_is_enough(tmp_path: Path, start: str) -> None:
    assert faults(tmp_path, f"{HEAD}connectors: [{{name: a, {start}}}]\n") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "",
            [
                "1:1: the key `connectors` is missing: add `connectors: …`",
                "1:1: the key `version` is missing: add `version: …`",
            ],
        ),
        ("- a\n", ["1:1: the file must be a mapping of keys and values"]),
        ("hello\n", ["1:1: the file must be a mapping of keys and values"]),
        ("version: 2\n" + SITE, ["1:10: `version` must be 1, found `2`"]),
        (HEAD + "connectors: []\n", ["2:13: `connectors` must not be empty"]),
        (HEAD + "connectors: [a]\n", ["2:14: `connectors[0]` must be a mapping of keys and values"]),
        (HEAD + "connectors: {name: a}\n", ["2:13: `connectors` must be a list such as [a, b]"]),
        (
            HEAD + "connectors: [{seeds: [https://a.example/]}]\n",
            ["2:14: the key `name` of `connectors[0]` is missing: add `name: …`"],
        ),
    ],
)
def test_the_frame_of_the_file(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert faults(tmp_path, text) == expected


def test_all_faults_come_at_once_and_in_order(tmp_path: Path) -> None:
    lines = """
scope: {max_depth: ten}
filters: {crawl: {exclude: ['(']}}
colour: red
field_mappings: [{field: titel, from: title}]
sync: {timezone: Mars}
"""
    text = "version: 2\n" + with_connector(lines).removeprefix("version: 1\n")
    assert [fault.split(":")[0] for fault in faults(tmp_path, text)] == ["1", "5", "6", "7", "8", "9"]


def test_a_fault_prints_as_compilers_do(tmp_path: Path) -> None:
    path = write(tmp_path, "version: 2\n" + SITE)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(path, {})
    assert str(caught.value) == f"{path}:1:10: `version` must be 1, found `2`"
    assert caught.value.faults[0].line == 1


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"cannot be read \(no such file or directory\); `crawler init`"
    ):
        load_settings(tmp_path / "missing.yaml", {})


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "connectors.yaml"
    path.write_bytes(b"version: 1\nstore: \xff\n")
    with pytest.raises(ConfigurationError, match="yaml:2:8: this file must be text in UTF-8"):
        load_settings(path, {})


def test_a_connector_that_does_not_exist_lists_the_nearest_first(tmp_path: Path) -> None:
    names = "".join(
        f"  - {{name: {name}, seeds: [https://a.example/]}}\n" for name in ("wiki", "intranet", "shop")
    )
    settings = load(tmp_path, f"{HEAD}connectors:\n{names}")
    assert settings.connector("wiki").name == "wiki"
    with pytest.raises(
        UnknownConnectorError, match=r"^no connector is called `intrnet`; there are: intranet, "
    ):
        settings.connector("intrnet")
