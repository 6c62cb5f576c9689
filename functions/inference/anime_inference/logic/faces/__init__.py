"""Faces: finding, aligning and, between both, deciding which ones to treat."""
