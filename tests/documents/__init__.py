"""What the documents tell a person to type, typed."""
