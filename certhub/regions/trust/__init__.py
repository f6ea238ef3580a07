"""The hub's own view of trust: the folder of target files in force, read, kept and (for our region) written."""
