"""The organisation: divisions of the region, the agencies in them, their offices, and the windows of an office."""
