"""Requests of counters, and what a holder's home hub keeps of those that its holders opened."""
