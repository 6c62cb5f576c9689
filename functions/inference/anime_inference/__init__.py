"""The inference function: a photo becomes an anime picture.

Entry points (``entry``) call the pipeline (``logic``), which reaches models and disks through
``adapters``. Nothing points the other way.
"""
