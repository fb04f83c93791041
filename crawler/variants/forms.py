"""In what two addresses of one page may differ, and the normal form that they have in common.

Nothing here says that a difference changes nothing: each site is learned (`crawler.variants.learning`).
Of the forms of a page the normal one is the one that stays of equal pages (`catalog.copies`): the shortest;
only a redirect says otherwise.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final


class Kind(StrEnum):
    """What is different."""

    SCHEME = "scheme"
    HOST = "host"
    PATH_PARAMETER = "path_parameter"
    CASE = "case"
    INDEX = "index"
    SLASH = "slash"
    PARAMETER = "parameter"
    ORDER = "order"


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One step from an address towards its normal form.

    `name` is that of a parameter or of an index file that goes; of hosts and slashes what the normal form
    has: ``www.`` or ``/``, or nothing.
    """

    kind: Kind
    name: str = ""

    @property
    def words(self) -> str:
        """What it is that changes nothing, for people."""
        return _WORDS[self.kind, self.kind in _DIRECTED and bool(self.name)].format(self.name)


_DIRECTED: Final = frozenset({Kind.HOST, Kind.SLASH})
_WORDS: Final = {
    (Kind.SCHEME, False): "`http` instead of `https`",
    (Kind.HOST, False): "`www.` before the name",
    (Kind.HOST, True): "a missing `{}` before the name",
    (Kind.PATH_PARAMETER, False): "`;{}=` in the path",
    (Kind.CASE, False): "a capital letter in the path",
    (Kind.INDEX, False): "`{}` at the end",
    (Kind.SLASH, False): "a slash at the end",
    (Kind.SLASH, True): "a missing slash at the end",
    (Kind.PARAMETER, False): "the parameter `{}`",
    (Kind.ORDER, False): "the order of parameters",
}

INDEX_NAMES: Final = frozenset(
    f"{stem}.{ending}"
    for stem in ("index", "default", "home")
    for ending in ("html", "htm", "xhtml", "php", "asp", "aspx", "jsp", "cgi", "shtml")
)
"""Files, in small letters, that servers show for their folder."""

_KNOWN: Final = re.compile(
    r"utm_\w+|[gd]clid|fbclid|msclkid|yclid|gbraid|wbraid|_ga|_gl|mc_[ce]id|igshid|mkt_tok|_hs\w+|hsa_\w+"
    r"|(?:pk|piwik|mtm|matomo)_\w+|wt_mc\w*|(?:php|jsp|asp\.net_)?_?sess(?:ion)?_?id|aspsessionid\w+|jsessionid"
    r"|cfid|cftoken|oscsid|zenid",
    re.IGNORECASE,
)


@lru_cache(maxsize=4_096)
def is_known_parameter(name: str) -> bool:
    """Whether a parameter is one by which sites follow visitors or campaigns wherever it is used."""
    return _KNOWN.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class AllBut(Container[str]):
    """Every text but some."""

    left_out: frozenset[str]

    def __contains__(self, name: object) -> bool:
        return name not in self.left_out


@dataclass(frozen=True, slots=True)
class KnownOr(Container[str]):
    """The parameters that serve to follow visitors, and some others."""

    others: frozenset[str]

    def __contains__(self, name: object) -> bool:
        return name in self.others or (isinstance(name, str) and is_known_parameter(name))


@dataclass(frozen=True, slots=True)
class Form:
    """Steps to be taken together; `host` and `slash` are None where those are left as they are."""

    https: bool = False
    host: str | None = None
    path_parameters: Container[str] = frozenset()
    lower_case: bool = False
    index: Container[str] = frozenset()
    slash: str | None = None
    parameters: Container[str] = frozenset()
    ordered: bool = False

    @classmethod
    def of(cls, steps: Iterable[Step]) -> Form:
        """The form that these steps lead to."""
        names: defaultdict[Kind, set[str]] = defaultdict(set)
        for step in steps:
            names[step.kind].add(step.name)
        return cls(
            https=Kind.SCHEME in names,
            host=min(names[Kind.HOST], default=None),
            path_parameters=frozenset(names[Kind.PATH_PARAMETER]),
            lower_case=Kind.CASE in names,
            index=frozenset(names[Kind.INDEX]),
            slash=min(names[Kind.SLASH], default=None),
            parameters=frozenset(names[Kind.PARAMETER]),
            ordered=Kind.ORDER in names,
        )

    @classmethod
    def without(cls, steps: Iterable[Step]) -> Form:
        """What is left of an address when all steps that make it shorter are taken but these: what all that
        may be variants of one page have in common."""
        names: defaultdict[Kind, set[str]] = defaultdict(set)
        for step in steps:
            names[step.kind].add(step.name)
        return cls(
            https=Kind.SCHEME not in names,
            host=None if "" in names[Kind.HOST] else "",
            path_parameters=AllBut(frozenset(names[Kind.PATH_PARAMETER])),
            lower_case=Kind.CASE not in names,
            index=AllBut(frozenset(names[Kind.INDEX])),
            slash=None if "" in names[Kind.SLASH] else "",
            parameters=AllBut(frozenset(names[Kind.PARAMETER])),
            ordered=Kind.ORDER not in names,
        )


def normal_form(url: str, form: Form) -> tuple[str, tuple[Step, ...]]:
    """A canonical web address (without a fragment) after the steps of a form, and those that changed it."""
    head, _, query = url.partition("?")
    scheme, _, rest = head.partition("://")
    host, _, path = rest.partition("/")
    taken: list[Step] = []
    if form.https and scheme == "http" and ":" not in host:
        scheme = "https"
        taken.append(Step(Kind.SCHEME))
    if form.host is not None and host.startswith("www.") != bool(form.host):
        host = form.host + host if form.host else host[4:]
        taken.append(Step(Kind.HOST, form.host))
    path = _normal_path(f"/{path}", form, taken)
    if query:
        query = _normal_query(query, form, taken)
    if not taken:
        return url, ()
    return f"{scheme}://{host}{path}{'?' if query else ''}{query}", tuple(dict.fromkeys(taken))


_PATH_PARAMETER: Final = re.compile(r";([^/;=]+)=[^/;]*")
_OUTSIDE_ESCAPES: Final = re.compile(r"%[0-9A-F]{2}|[A-Z]+")


def _normal_path(path: str, form: Form, taken: list[Step]) -> str:
    """Each turn makes the path shorter, or writes it in small letters, until nothing is left to do."""
    before = None
    while path != before:
        before = path
        if form.path_parameters and ";" in path:
            path = _without_path_parameters(path, form.path_parameters, taken)
        if form.lower_case and (lowered := in_small_letters(path)) != path:
            path = lowered
            taken.append(Step(Kind.CASE))
        folder, _, last = path.rpartition("/")
        if form.index and last.lower() in INDEX_NAMES and last in form.index:
            path = f"{folder}/"
            taken.append(Step(Kind.INDEX, last))
        elif form.slash == "" and not last and folder and not folder.endswith("/"):
            path = folder
            taken.append(Step(Kind.SLASH))
        elif form.slash and last and "." not in last:
            path = f"{path}/"
            taken.append(Step(Kind.SLASH, "/"))
    return path


def _without_path_parameters(path: str, names: Container[str], taken: list[Step]) -> str:
    def replaced(match: re.Match[str]) -> str:
        if match[1] not in names:
            return match[0]
        taken.append(Step(Kind.PATH_PARAMETER, match[1]))
        return ""

    return _PATH_PARAMETER.sub(replaced, path)


def in_small_letters(path: str) -> str:
    """A path in small letters, but for its percent-encoding."""
    if "%" not in path:
        return path.lower()
    return _OUTSIDE_ESCAPES.sub(lambda match: match[0] if match[0][0] == "%" else match[0].lower(), path)


def _normal_query(query: str, form: Form, taken: list[Step]) -> str:
    pieces = query.split("&")
    if form.parameters:
        kept = []
        for piece in pieces:
            name = piece.partition("=")[0]
            if name and name in form.parameters:
                taken.append(Step(Kind.PARAMETER, name))
            else:
                kept.append(piece)
        pieces = kept
    if form.ordered and len(pieces) > 1:
        ordered = sorted(pieces, key=_name_of)
        if ordered != pieces:
            pieces = ordered
            taken.append(Step(Kind.ORDER))
    return "&".join(pieces)


def _name_of(piece: str) -> str:
    return piece.partition("=")[0] + "="  # as the addresses are sorted, in which a name ends so


def difference(one: str, other: str, left: Form) -> frozenset[Step]:
    """The steps in which two addresses differ that have a form (`Form.without`) in common; none where what
    they differ in is no step."""
    first, second = normal_form(one, left)[1], normal_form(other, left)[1]
    apart = {step for step in {*first} ^ {*second} if step.kind is not Kind.ORDER}
    for kind, values in ((Kind.PARAMETER, _parameters), (Kind.PATH_PARAMETER, _path_parameters)):
        of_one, of_other = values(one), values(other)
        shared = of_one.keys() & of_other.keys()
        apart |= {Step(kind, name) for name in shared if of_one[name] != of_other[name]}
        if kind is Kind.PARAMETER and left.ordered:
            ranks = [[name for name in names if name in shared] for names in (of_one, of_other)]
            if ranks[0] != ranks[1]:
                apart.add(Step(Kind.ORDER))
    return frozenset(apart)


def _parameters(url: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    query = url.partition("?")[2]
    for piece in query.split("&") if query else ():
        name = piece.partition("=")[0]
        found.setdefault(name, []).append(piece)
    return found


def _path_parameters(url: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for match in _PATH_PARAMETER.finditer(url.partition("?")[0]):
        found.setdefault(match[1], []).append(match[0])
    return found


def site_of(url: str) -> str:
    """The host of a canonical web address, and its port where it has one, without ``www.``."""
    return url.split("/", 3)[2].removeprefix("www.")


def area_of(url: str) -> str:
    """The first part of the path: the folder, or the script, that answers."""
    part = url.partition("?")[0].split("/", 4)[3:4]
    return part[0].partition(";")[0].lower() if part else ""
