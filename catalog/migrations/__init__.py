"""The catalog's schema, step by step (Alembic); found as package data wherever Sitelore is installed."""
