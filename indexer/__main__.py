"""`python -m indexer` and the console command `indexer`."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from indexer.cli import app

    app()


if __name__ == "__main__":
    main()
