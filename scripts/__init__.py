"""Small tools of the repository."""
