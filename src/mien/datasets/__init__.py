"""Corpora on disk -> labelled clips; the protocols that split them."""
