"""Verifications and their receipts: what was asked, what was answered, and the proof that the clerk files."""
