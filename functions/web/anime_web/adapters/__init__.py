"""The outside world of the web function: webhooks and zips."""
