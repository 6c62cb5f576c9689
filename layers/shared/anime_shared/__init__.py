"""What both functions share: typed errors and how they are told to a client."""
