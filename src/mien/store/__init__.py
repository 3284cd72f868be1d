"""Bytes on disk: files that appear whole, a cache keyed by content, model files by sha256."""
