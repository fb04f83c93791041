"""Where embeddings lie."""

from __future__ import annotations

from catalog.database import Catalog
from catalog.embeddings import EmbeddingPlace, embedding_count, insert_embeddings, read_places


def test_places_are_found_by_key(catalog: Catalog) -> None:
    places = {number.to_bytes(16, "big"): EmbeddingPlace("a.shard", number) for number in range(1100)}
    with catalog.write() as connection:
        insert_embeddings(connection, places)
        insert_embeddings(connection, {})
    with catalog.read() as connection:
        assert read_places(connection, [*places, b"x" * 16]) == places
        assert embedding_count(connection) == 1100


def test_an_embedding_made_again_has_its_new_place(catalog: Catalog) -> None:
    with catalog.write() as connection:
        insert_embeddings(connection, {b"k" * 16: EmbeddingPlace("old.shard", 1)})
        insert_embeddings(connection, {b"k" * 16: EmbeddingPlace("new.shard", 2)})
    with catalog.read() as connection:
        assert read_places(connection, [b"k" * 16]) == {b"k" * 16: EmbeddingPlace("new.shard", 2)}
