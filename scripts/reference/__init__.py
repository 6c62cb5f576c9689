"""The documents of ``docs/reference``, written from what the code knows."""
