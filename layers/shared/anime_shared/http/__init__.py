"""What both functions do with HTTP, as FastAPI and ASGI see it."""
