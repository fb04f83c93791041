"""Addresses that differ and show the same: their forms, and what is learned of them on each host."""
