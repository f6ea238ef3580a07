"""Cases: what one office verified for one matter and one case number."""
