"""Who is who: holders, accounts and their sessions."""
