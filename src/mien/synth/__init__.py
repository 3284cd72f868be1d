"""Directing + render -> footage and motion with exact truth, in a corpus's layout."""
