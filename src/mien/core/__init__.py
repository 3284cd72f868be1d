"""The nouns that cross borders: time base, FACS tables, tracks, errors, provenance."""
