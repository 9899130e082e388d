"""Structures of values: no clock, no configuration, no keys, no wire format."""
