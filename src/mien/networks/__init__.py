"""The networks of the paper as torch modules: no files, no losses, no settings."""
