"""Tables of an evaluation -> files for people and programs."""

import json
from pathlib import Path

from mien.evaluation.tables import Unfinished
from mien.pipeline.evaluating import Evidence
from mien.store.atomic import write_text_atomic


def write_evidence(evidence: Evidence, out: Path) -> tuple[Path, ...]:
    """Write all tables as one page and one CSV each, and every figure as JSON.

    Raises:
        OutputError: a file cannot be written.
    """
    files = [out / "tables.md"]
    write_text_atomic(files[0], "\n".join(table.to_markdown() for table in evidence.tables))
    for table in evidence.tables:
        number = table.title.split(".")[0].split(":")[0].replace(" ", "-").lower()
        files.append(out / f"{number}.csv")
        write_text_atomic(files[-1], table.to_csv())
    figures = {
        protocol: {
            name: outcome.to_json()
            for name, outcome in systems.items()
            if not isinstance(outcome, Unfinished)
        }
        for protocol, systems in evidence.outcomes.items()
    }
    files.append(out / "figures.json")
    write_text_atomic(files[-1], json.dumps(figures, indent=1) + "\n")
    return tuple(files)
