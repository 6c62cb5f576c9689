"""What the web function does with uploads, jobs and batches; knows no HTTP, AWS or disk."""
