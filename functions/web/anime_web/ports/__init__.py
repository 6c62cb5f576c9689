"""The outside world of the web function, beside what both functions share."""
