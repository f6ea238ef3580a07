"""Signed tokens and what they are made of: strict JSON, base64url, keys, suites, certificates (RFC 7515, 7517)."""
