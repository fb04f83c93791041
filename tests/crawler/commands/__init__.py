"""The commands of `crawler`."""
