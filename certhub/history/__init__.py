"""What was done, when and by whom: events, of which none is changed or taken away."""
