"""Cells of CSV files that hold text of others."""

from __future__ import annotations


def harmless_cell(cell: object) -> object:
    """A page's title must not become a formula in whatever opens the file (OWASP, "CSV Injection")."""
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{cell}"
    return cell
