"""Notices between hubs: those that wait to be sent, and those that were taken."""
