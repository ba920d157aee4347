"""Measurements: every speed we claim has its command here."""
