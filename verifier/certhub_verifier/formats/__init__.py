"""Wire formats: one format, one file, both directions; no I/O, no clock, no randomness.

strict_json base64url crockford    the spellings that the others stand on
tokens jwk jose                    token types and caps; public keys; signed tokens (RFC 7515, 7517)
sdjwt vc                           selective disclosure (RFC 9901) and our credential's claims
statuslist                         packed statuses (Token Status List)
codes                              what a QR code says: tickets and sealed codes
identifier                         certificate identifiers (GB/T 36904)
receipt envelope bundle trustlist  what the hub signs for clerks, peers and devices
"""
