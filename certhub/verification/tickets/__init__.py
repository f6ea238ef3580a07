"""Tickets: minted for 60 seconds, redeemed once, remembered for ten minutes."""
