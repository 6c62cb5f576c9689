"""``make bench-load``: a crowd of clients, for the monolith as it was and for the pair."""
