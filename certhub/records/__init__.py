"""Certificates on record: the catalogue that they follow, the rows, the credentials, their status, their import."""
