"""Ternwick Instruments, a made-up company: five sites on loopback ports, demo and test fixture."""
