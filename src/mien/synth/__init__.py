"""Directing + render -> footage with exact truth."""
