"""The ways in: HTTP, and deliveries of jobs. Thin: parse, call the logic, map the answer."""
