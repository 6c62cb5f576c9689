"""Numbers, traces and memory: where they are told, and where they come from."""
