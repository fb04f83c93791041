"""Things to try Sitelore on."""
