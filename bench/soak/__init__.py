"""``make soak``: many clients for minutes, then one fault after the other while they work."""
