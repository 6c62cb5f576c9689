"""The ways in: HTTP, Lambda events, and the embedded processes."""
