"""Trust files: members, keys, agencies, agreements, and what a reader sets aside."""
