"""Migrations: each one can be gone through and back, and the code before it survives the schema after it."""
