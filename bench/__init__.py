"""Measurements that documents quote: every number in them is printed by a command here."""
