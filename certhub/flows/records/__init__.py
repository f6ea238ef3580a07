"""The life of a certificate on record: import, issue, renew, change of state."""
