"""The one history: an insert-only event in the same transaction as every deed (DESIGN D11)."""
