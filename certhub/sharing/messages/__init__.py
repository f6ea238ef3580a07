"""Messages to people: what waits to be sent by mail, SMS or app, in whose language, and how it ended."""
