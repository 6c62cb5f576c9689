"""Tests: ``unit`` runs anywhere, ``torch`` needs torch, ``shared`` needs weights and photos."""
