"""Checks that are part of `make lint` and that no library has."""
