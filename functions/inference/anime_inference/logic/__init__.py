"""The pipeline: pure functions from bytes to bytes, knowing neither HTTP, AWS nor disks."""
