"""Motion -> action units, brief events, emotion: analysis by synthesis on the built-in head."""
