"""Status lists: one credential, one slot (Token Status List)."""
