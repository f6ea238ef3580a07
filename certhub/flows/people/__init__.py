"""Who asks: an account by its token, or the one that a machine's own command works under."""
