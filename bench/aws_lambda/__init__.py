"""``make bench-lambda``: both functions under Lambda's runtime interface emulator."""
