"""What runs on a person's machine: the command line, the embedded server, the client."""
