"""What leaves the hub for others than regions: messages to people are sent."""
