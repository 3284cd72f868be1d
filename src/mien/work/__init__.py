"""Long work: how far it is, and over how many processes it is shared."""

from mien.work.cores import usable_cores
from mien.work.mapping import map_in_order
from mien.work.progress import Progress, Silent

__all__ = ["Progress", "Silent", "map_in_order", "usable_cores"]
