"""`python -m benchmarks.login_matrix`: print the matrix as Markdown; 1 unless every cell is as it must be."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from typing import Final

from benchmarks.login_matrix.cells import Cell, run_cell
from benchmarks.login_matrix.challenges import basic, digest, kerberos, ntlm
from benchmarks.login_matrix.pages import form, saml
from benchmarks.login_matrix.tokens import bearer, client_certificate, cookies, oauth2
from benchmarks.login_matrix.trial import Case, Make

SCHEMES: Final[Mapping[str, Make]] = {
    "basic": basic,
    "digest": digest,
    "ntlm": ntlm,
    "kerberos": kerberos,
    "form": form,
    "saml": saml,
    "bearer": bearer,
    "oauth2": oauth2,
    "cookies": cookies,
    "client_certificate": client_certificate,
}
WAYS: Final[Mapping[str, str]] = {"HTTP": "never", "browser": "always"}
"""The columns, and what `render` says there."""


def main() -> int:
    """Run the cells that the arguments choose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("schemes", nargs="*", metavar="SCHEME", help=f"of {', '.join(SCHEMES)}; all if none")
    parser.add_argument("--way", choices=list(WAYS), action="append", help="all if none")
    chosen = parser.parse_args()
    if unknown := set(chosen.schemes) - set(SCHEMES):
        parser.error(f"no such scheme: {', '.join(sorted(unknown))}")
    columns = [(way, proxied) for way in chosen.way or WAYS for proxied in (False, True)]
    names = [f"{way}, by a proxy" if proxied else way for way, proxied in columns]
    print("| scheme | secret | " + " | ".join(names) + " |")
    print("|---" * (2 + len(columns)) + "|")
    cells: dict[str, Cell] = {}
    for scheme in chosen.schemes or SCHEMES:
        for case in Case:
            row = [
                run_cell(SCHEMES[scheme], case, proxied=proxied, render=WAYS[way]) for way, proxied in columns
            ]
            cells |= {f"{scheme}, {case}, {name}": cell for name, cell in zip(names, row, strict=True)}
            print(f"| {scheme} | {case} | " + " | ".join(map(str, row)) + " |", flush=True)
    print()
    print("\n".join(_sentences(cells)))
    return 0 if all(cell.is_good for cell in cells.values()) else 1


def _sentences(cells: Mapping[str, Cell]) -> Iterable[str]:
    """What the summaries said, each with its cell."""
    return (f"* {name}: {cell.said}" for name, cell in cells.items() if cell.said is not None)


if __name__ == "__main__":
    sys.exit(main())
