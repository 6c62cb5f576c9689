"""The HTTP interface, as FastAPI sees it."""
