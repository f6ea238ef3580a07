"""Matters as they are worked on: the cases of an office."""
