"""How long work says how far it is, wherever it runs."""

from mien.work.progress import Progress, Silent

__all__ = ["Progress", "Silent"]
