"""The demo: two made-up regions, made-up people, and one story. Nothing here runs in production."""
