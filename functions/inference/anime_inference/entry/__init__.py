"""The ways in: HTTP and the command line. Thin: parse, call the logic, map the answer."""
