"""The outside world as the logic sees it: one small protocol a thing.

Each has an implementation in the cloud and one embedded on one machine (``anime_shared.adapters``),
and both pass the same contract tests. What fails outside is raised as ``StorageUnavailable``.
"""
