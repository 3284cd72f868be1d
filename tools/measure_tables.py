"""Writes Tables 2 and 3 on a drawn corpus that has CASME II's numbers.

Usage: python tools/measure_tables.py --work DIR [--run] [--workers N]

The predictions of every fold that is done lie in docs/evidence/folds; a run begins from them, and
writes its own back. With ``--run`` it draws the corpus (26 subjects, 255 clips, 26 long videos),
prepares it, pre-trains a backbone on people of another corpus, and runs every fold that is missing:
many hours on two cores, over as many runs as it takes, since each fold is kept as it ends. Without,
it writes the page from the folds that are there.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from mien.baselines.registry import systems_of
from mien.core.errors import FormatError
from mien.evaluation.fold_results import fold_events_from_bytes, fold_predictions_from_bytes
from mien.evaluation.run_name import corpus_sha256
from mien.evaluation.systems import Budget, SystemTask
from mien.pipeline.evaluating import KFOLD, LOSO, gather_tables
from mien.pipeline.evidence_files import write_evidence
from mien.pipeline.fold_running import Evaluation, opened
from mien.pipeline.train_run import pretraining_note

WIDTH, EPOCHS, PRECISION, LABELS = 16, 10, "bf16", "casme2-5"
FEW_EPOCHS = {KFOLD: 5, LOSO: 2}
LONG = (
    "3D-CNN (pre-trained)",
    "3D-CNN",
    "AU_GCN_CUR (paper)",
    "AU_GCN_CUR (published)",
    "ELRCN-SE",
    "ELRCN-TE",
)
"""Networks of 112 px faces, of which ten epochs over all folds take hours; they have fewer."""

SEED_PEOPLE = [f"seed-{number}" for number in range(901, 921)]
EVIDENCE = Path(__file__).parents[1] / "docs" / "evidence"
PAGE, KEPT = EVIDENCE / "tables.md", EVIDENCE / "folds"

HEAD = """# Tables 2 and 3 on a drawn corpus

Written by `python tools/measure_tables.py`; not edited by hand.

The corpus is drawn by `mien synth --like casme2 --long 26 --long-seconds 10`: 26 subjects, {clips}
clips with CASME II's counts of every emotion, sets of action units and durations from its published
statistics, and {videos} long videos of 10 s. **These figures say how the methods do on that
footage. They are not figures on CASME II**, and the paper's printed ones stand beside them for
orientation alone. Even a perfect reader of action units would not reach 100 %, because the same
units stand under several emotions: trees on the true units of CASME II reach .85.

Two cores allow width {width} of 64, {precision} and at most {epochs} epochs for every network. The
longest ones have {few_kfold} with k folds and {few_loso} leaving one subject out, which their rows
say; the published sizes and durations are far larger. Intervals are 95 %, over subjects.

The corpus was drawn and prepared anew on each machine that took part. Machines differ in their
rounding, by .003 in what LBP-TOP says of a clip; the notes say how many folds of a system are from
another machine than the one that wrote this page.

"""


def main() -> int:
    """Run what is asked for, and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="folder of corpus and results")
    parser.add_argument("--run", action="store_true", help="run what is missing")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    work: Path = given.work
    weights = work / "pretrained.safetensors"
    os.environ["MIEN_PRETRAINED"] = str(weights)
    shutil.copytree(KEPT, work / "results" / "folds", dirs_exist_ok=True)
    also = preparations(work / "results" / "folds")
    if given.run:
        run(work, weights, given.workers, also)
    evaluation = Evaluation(
        work / "prepared",
        scheme=LABELS,
        also=also,
        budget=Budget(width=WIDTH, max_epochs=EPOCHS, precision=PRECISION),
    )
    few = {
        protocol: Budget(width=WIDTH, max_epochs=epochs, precision=PRECISION)
        for protocol, epochs in FEW_EPOCHS.items()
    }
    evidence = gather_tables(
        evaluation,
        work / "results",
        pretraining=pretraining_note(),
        budgets={protocol: dict.fromkeys(LONG, one) for protocol, one in few.items()},
    )
    write_evidence(evidence, work / "results")
    corpus = opened(evaluation.prepared)
    head = HEAD.format(
        clips=len(corpus.rows),
        videos=len(corpus.video_sha256),
        width=WIDTH,
        epochs=EPOCHS,
        few_kfold=FEW_EPOCHS[KFOLD],
        few_loso=FEW_EPOCHS[LOSO],
        precision=PRECISION,
    )
    systems = "\n".join(
        f"- **{spec.name}** ({spec.source}). {spec.summary}"
        for task in SystemTask
        for spec in systems_of(task)
    )
    tables = "\n".join(table.to_markdown() for table in evidence.tables)
    PAGE.write_text(f"{head}{tables}\n## What each system is\n\n{systems}\n", encoding="utf-8")
    figures = json.loads((work / "results" / "figures.json").read_text(encoding="utf-8"))
    shutil.copytree(work / "results" / "folds", KEPT, dirs_exist_ok=True)
    print({protocol: len(found) for protocol, found in figures.items()})
    return 0


def preparations(folds: Path) -> tuple[str, ...]:
    """Give the preparations of the drawn corpus that folds were made with.

    The corpus is drawn and prepared anew on each machine that takes part, and machines differ in
    their rounding.
    """
    found = set()
    for file in folds.rglob("*.npz"):
        raw = file.read_bytes()
        try:
            found.add(corpus_sha256(fold_predictions_from_bytes(raw).run))
        except FormatError:
            found.add(corpus_sha256(fold_events_from_bytes(raw).run))
    return tuple(sorted(found))


def run(work: Path, weights: Path, workers: int, also: tuple[str, ...]) -> None:
    """Do everything that is not done yet, by the commands that a user would give."""
    count_too = [part for one in also for part in ("--also", one)]
    count = ("--workers", str(workers))
    corpus, others = work / "corpus", work / "others"
    people = [part for name in SEED_PEOPLE for part in ("--person", name)]
    mien(
        "synth", "--like", "casme2", "--long", "26", "--long-seconds", "10", "--out", corpus, *count
    )
    mien("dataset", "prepare", "synth", corpus, "--out", work / "prepared", *count)
    if not weights.is_file():
        mien(
            "synth",
            "--clips",
            "240",
            "--fps",
            "100",
            "--seed",
            "77",
            "--out",
            others,
            *people,
            *count,
        )
        arrays = ("rgb", "flow", "flow_image")  # the last is what the preset is chosen on
        inputs = (*(part for name in arrays for part in ("--input", name)), "--no-videos")
        ready = work / "others-prepared"
        mien("dataset", "prepare", "synth", others, "--out", ready, *inputs, *count)
        sizes = ("--width", str(WIDTH), "--precision", PRECISION, "--epochs", "8")
        to = ("--dataset", ready, "--out", weights)
        mien("train", "cnn3d_pretrained", "--pretrain", *to, *sizes)
    names = {task: [spec.name for spec in systems_of(task)] for task in SystemTask}
    place = (work / "prepared", "--out", work / "results", "--labels", LABELS)
    limits = ("--width", str(WIDTH), "--precision", PRECISION, *count_too)
    for protocol, systems in (
        (KFOLD, names[SystemTask.RECOGNITION]),
        (LOSO, names[SystemTask.RECOGNITION] + names[SystemTask.SPOTTING]),
    ):
        few = FEW_EPOCHS[protocol]
        for epochs in (EPOCHS, few):
            chosen = [name for name in systems if (name in LONG) == (epochs == few)]
            words = [part for name in chosen for part in ("--system", name)]
            how = ("--protocol", protocol, "--epochs", str(epochs))
            mien("evaluate", "run", *place, *limits, *how, *words, *count)


def mien(*words: str | Path) -> None:
    """Give one command."""
    command = [sys.executable, "-m", "mien", *map(str, words)]
    subprocess.run(command, check=True)  # noqa: S603 - our own program


if __name__ == "__main__":
    sys.exit(main())
