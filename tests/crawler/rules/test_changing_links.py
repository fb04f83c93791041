"""Addresses that would delete, log out or unsubscribe are known by what they say of themselves."""

from __future__ import annotations

import pytest

from crawler.rules.changing_links import changes_something


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("/items/5/delete", "delete"),
        ("/items/delete/5", "delete"),
        ("/Delete.aspx?id=7", "Delete"),
        ("/wiki/index.php?title=Start&action=delete", "delete"),
        ("/doku.php?id=start&delete=1", "delete"),
        ("/admin/posts?remove=12", "remove"),
        ("/cart/remove_item/9", "remove_item"),
        ("/users/9/destroy", "destroy"),
        ("/newsletter/unsubscribe?u=1", "unsubscribe"),
        ("/mail?unsubscribe", "unsubscribe"),
        ("/lists/opt-out", "opt-out"),
        ("/konto/l%C3%B6schen", "löschen"),
        ("/newsletter/abbestellen", "abbestellen"),
        ("/compte/supprimer", "supprimer"),
        ("/cuenta/eliminar", "eliminar"),
        ("/pagina/verwijderen", "verwijderen"),
        ("/do_delete.php", "do_delete"),
        ("/%D1%83%D0%B4%D0%B0%D0%BB%D0%B8%D1%82%D1%8C/3", "удалить"),
        ("/a?op=purge", "purge"),
        ("/a?x=1&jp_action=bulk_delete", "bulk_delete"),
        ("/logout", "logout"),
        ("/wp-login.php?action=logout", "logout"),
    ],
)
def test_an_address_that_changes_something_names_the_word(address: str, word: str) -> None:
    assert changes_something(address) == word


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/how-to-delete-a-page",
        "/docs/deleted",
        "/search?q=how+to+unsubscribe",
        "/search?q=delete",
        "/wiki/index.php?title=Delete",
        "/posts?filter=not-deleted",
        "/posts?delete=0",
        "/posts?show=all&delete=false&page=2",
        "/static/delete/icon.svg",
        "/api/delete.json",
        "/js/remove.js?v=3",
        "/docs/git/remove.html",
        "/removed/items",
        "/undelete-this",
        "/policies/cancellation",
    ],
)
def test_an_address_that_only_reads_is_let_through(address: str) -> None:
    assert changes_something(address) is None
