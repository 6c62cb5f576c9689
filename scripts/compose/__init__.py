"""Docker Compose: its settings, and the stack of ``make compose-test`` on this machine."""
