"""The machinery of the HTTP edge: rights, bodies, deadlines, problems. No route is here."""
