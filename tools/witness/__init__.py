"""Witnesses that mien did not write, or that know the truth, asked about the built-in head."""
