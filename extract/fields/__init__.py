"""Fields: what mappings take from pages and files, and the types that values must fit."""
