"""The systems of the paper's tables, one file each, labelled with their task."""
