"""Logins: who a member of staff is, how they prove it, and the sessions in which their accounts act."""
