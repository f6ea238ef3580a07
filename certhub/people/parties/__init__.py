"""Parties: the people and organisations of the hub, what each account may do, and who acts for whom."""
