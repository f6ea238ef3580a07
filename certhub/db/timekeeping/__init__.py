"""What time the hub vouches for: the wall clock, as long as it runs as evenly as time does."""
