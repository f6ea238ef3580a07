"""The credential, its disclosures, its identifier and its binding to a device; and what strangers send."""
