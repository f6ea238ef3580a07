"""Status lists: random slots, what each says, and the signed list that tells everybody."""
