"""The commands of `crawler`, a module per capability; each imports heavy things when it runs."""
