"""One suite a port, for all of its implementations."""
