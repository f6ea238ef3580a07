"""What a verification leaves behind: tickets, uses of codes, receipts."""
