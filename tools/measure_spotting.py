"""Measure spotting in long videos of people who talk, and write the page of the docs.

    python tools/measure_spotting.py --work DIR --fit     # development videos -> sureness.json
    python tools/measure_spotting.py --work DIR           # test videos -> docs/evidence/spotting.*

Every video is drawn by mien with known truth and read by the same code as ``mien analyze``. The
probability that a movement is true is fitted on development videos; people, light and noise of the
test videos were never used to choose anything. Videos are kept in the work folder and their motion
in the cache, so a second run is quick.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from docs_making.spotting_figures import Planted, Reported, VideoOutcome, counts_at, figures_at
from docs_making.spotting_page import THRESHOLDS, draw_curve, page_of
from scipy.optimize import minimize

from mien.core.track import Event, EventKind
from mien.evaluation import match_events
from mien.head import load_head
from mien.pipeline.analysis import analyse_video
from mien.pipeline.settings import RunSettings
from mien.recognition import sensitivity, sureness
from mien.recognition.finding import Finding
from mien.recognition.sensitivity import DEFAULT_CONFIDENCE
from mien.synth.conversation import plan_conversation, touches, under_speech
from mien.synth.footage import poses_of, render_clip, render_footage, stage_of_person
from mien.synth.footage_plan import FootagePlan
from mien.synth.measuring_sets import DEGRADED_CRF, SETS, plan_clip
from mien.video import write_video
from mien.work import Silent

TEST_SEED, TEST_ROLE = 90210, "cast"
DEVELOPMENT_SEED, DEVELOPMENT_ROLE = 11, "held-out"
SIZE_PX = 320
MIN_OVERLAP = 0.5
RIDGE = 1.0
BLINK_REACH_S = (0.10, 0.14)
DATA = Path(__file__).parents[1] / "src" / "mien" / "recognition" / "data"


@dataclass(frozen=True)
class Batch:
    """Videos of one rate."""

    rate: int
    length_s: float
    numbers: tuple[int, ...]


DEVELOPMENT = (Batch(30, 60, (0, 1, 2, 3, 4)), Batch(100, 40, (0, 1)))
TEST = (Batch(30, 60, (0, 1, 2, 3, 4)), Batch(100, 40, (5, 6)))
CLIP_SEED, CLIPS = 101, 6
"""Short clips of the first recogniser's measuring sets, weak and compressed ones among them, that
the confidence is fitted on beside the long videos."""

FITTED_ON = (
    f"{sum(len(batch.numbers) for batch in DEVELOPMENT)} other videos of other people (seed "
    f"{DEVELOPMENT_SEED}) and {CLIPS} short clips of each set of "
    f"[the first recogniser](recogniser.md) (seed {CLIP_SEED})"
)


def read_video(batch: Batch, number: int, *, seed: int, role: str, work: Path) -> VideoOutcome:
    """Draw, read and score one video."""
    people = tuple(person.name for person in load_head().people_of(role))
    plan = plan_conversation(
        people, number, rate=Fraction(batch.rate), length_s=batch.length_s, size_px=SIZE_PX,
        seed=seed,
    )  # fmt: skip
    path = work / f"{role}-{seed}-{plan.name}-{batch.length_s:.0f}s.mp4"
    if not path.exists():
        stage = stage_of_person(plan.person, SIZE_PX, "fast", plan.person_seed, mismatch=True)
        poses = poses_of(plan, plan.directed())
        write_video(path, render_footage(plan, stage, poses), rate=plan.time.rate, crf=plan.crf)
    analysis = analyse_video(path, RunSettings(confidence=0.0), Silent())
    if analysis.face is None:
        msg = f"No face was read in {path.name}: {' '.join(analysis.warnings)}"
        raise SystemExit(msg)
    reading = analysis.face.reading
    truth = plan.directed().track
    micros = truth.of_kind(EventKind.MICRO)
    found = tuple(finding.event for finding in reading.findings)
    matches, _ = match_events(micros, found, min_overlap=MIN_OVERLAP)
    macros, extra = match_events(
        truth.of_kind(EventKind.MACRO), reading.track.of_kind(EventKind.MACRO)
    )
    hits = sum(match.found is not None for match in macros)
    reasons: dict[str, int] = {}
    for movement in reading.refused:
        words = "".join(c for c in movement.refused if not c.isdigit()).replace(".", "")
        reasons[words] = reasons.get(words, 0) + 1
    heard_s = sum(
        max(0.0, min(one.end_s, other.end_s) - max(one.start_s, other.start_s))
        for one in plan.speech
        for other in reading.speech
    )
    return VideoOutcome(
        name=plan.name,
        person=plan.person,
        rate=batch.rate,
        minutes=plan.time.duration_s / 60,
        speech_s=sum(one.end_s - one.start_s for one in plan.speech),
        heard_s=heard_s,
        planted=[_planted(plan, truth.events, match.truth, match.found) for match in matches],
        reported=_reported(reading.findings, micros),
        macro=[hits, len(extra), len(macros) - hits],
        refused=reasons,
        models=analysis.face.aligned.track.model_kind,
    )


def read_clip(name: str, number: int, work: Path) -> list[Reported]:
    """Draw and read one short clip of a measuring set."""
    people = tuple(person.name for person in load_head().people_of(DEVELOPMENT_ROLE))
    plan = plan_clip(name, number, people, seed=CLIP_SEED)
    path = work / f"{name}-{number:02d}-{CLIP_SEED}.mp4"
    if not path.exists():
        crf = DEGRADED_CRF if name == "D" else 1
        write_video(path, render_clip(plan), rate=plan.rate, crf=crf)
    face = analyse_video(path, RunSettings(confidence=0.0), Silent()).face
    findings = () if face is None else face.reading.findings
    micros = plan.truth().of_kind(EventKind.MICRO)
    return _reported(findings, micros)


def _reported(findings: Sequence[Finding], micros: Sequence[Event]) -> list[Reported]:
    found = tuple(finding.event for finding in findings)
    matches, _ = match_events(micros, found, min_overlap=MIN_OVERLAP)
    right = {id(match.found) for match in matches if match.found is not None}
    return [
        Reported(
            confidence=finding.event.confidence,
            true=id(finding.event) in right,
            cues=dict(finding.movement.cues.values),
            beside_speech=finding.movement.cues.beside_speech,
        )
        for finding in findings
    ]


def _planted(
    plan: FootagePlan, events: Sequence[Event], truth: Event, found: Event | None
) -> Planted:
    before_s, after_s = BLINK_REACH_S
    blinks = [
        (event.onset_s - before_s, event.offset_s + after_s)
        for event in events
        if event.kind is EventKind.BLINK
    ]
    ways = [way for turn in plan.turns for way in turn.ways_s]
    span = (truth.onset_s, truth.offset_s)
    return Planted(
        units=sorted({f"AU{unit.channel.au}" for unit in truth.units}),
        peak=max(unit.activation for unit in truth.units),
        duration_s=truth.duration_s,
        speech=under_speech(plan, *span),
        blink=touches(span, blinks),
        turn=touches(span, ways),
        found=float("nan") if found is None else found.confidence,
    )


def fit(rows: Sequence[Reported]) -> dict[str, object]:
    """Fit the probability that a movement is true: logistic regression with a small ridge.

    A weight whose sign contradicts its meaning (less sure with a higher score, or with a larger
    explained part) is held at 0.
    """
    names = list(sureness.CUES)
    design = np.array([[one.cues[name] for name in names] for one in rows])
    target = np.array([one.true for one in rows], float)
    middle, spread = design.mean(axis=0), design.std(axis=0)
    scaled = (design - middle) / spread

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total = weights[0] + scaled @ weights[1:]
        chance = 1 / (1 + np.exp(-total))
        value = float(np.sum(np.logaddexp(0, total) - target * total))
        value += 0.5 * RIDGE * float(weights[1:] @ weights[1:])
        slope = np.concatenate([[np.sum(chance - target)], scaled.T @ (chance - target)])
        slope[1:] += RIDGE * weights[1:]
        return value, slope

    signs = {"score": (1e-3, None), "fraction": (0, None), "surroundings": (None, 0),
             "reach": (None, None), "length": (None, 0), "beside_speech": (None, 0)}  # fmt: skip
    best = minimize(
        loss, np.zeros(1 + len(names)), jac=True, method="L-BFGS-B",
        bounds=[(None, None), *(signs[name] for name in names)],
    )  # fmt: skip
    weights = best.x[1:] / spread
    return {
        "schema": 1,
        "made_by": "tools/measure_spotting.py --fit",
        "seed": DEVELOPMENT_SEED,
        "movements": len(rows),
        "true": int(target.sum()),
        "intercept": round(float(best.x[0] - weights @ middle), 4),
        "weights": {n: round(float(w), 4) for n, w in zip(names, weights, strict=True)},
    }


def main() -> None:
    """Parse, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="folder that keeps the videos")
    parser.add_argument(
        "--fit", action="store_true", help="fit the confidence on development videos"
    )
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--out", type=Path, default=Path("docs/evidence"))
    chosen = parser.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)
    batches = DEVELOPMENT if chosen.fit else TEST
    role = DEVELOPMENT_ROLE if chosen.fit else TEST_ROLE
    usual = DEVELOPMENT_SEED if chosen.fit else TEST_SEED
    seed = usual if chosen.seed is None else chosen.seed
    outcomes = []
    for batch in batches:
        for number in batch.numbers:
            outcomes.append(read_video(batch, number, seed=seed, role=role, work=chosen.work))
            one = outcomes[-1]
            print(one.name, one.person, counts_at(one, DEFAULT_CONFIDENCE), one.macro, flush=True)
    if chosen.fit:
        rows = [one for outcome in outcomes for one in outcome.reported]
        for name in SETS:
            for number in range(CLIPS):
                rows += read_clip(name, number, chosen.work)
        fitted = fit(rows)
        _write(DATA / sureness.FILE, json.dumps(fitted, indent=1))
        print(fitted)
        return
    costs = []
    for threshold in THRESHOLDS:
        recall, rate, _, _ = figures_at(outcomes, threshold)
        costs.append({"confidence": threshold, "recall": round(recall.value, 3),
                      "false_per_minute": round(rate.value, 3)})  # fmt: skip
    made_by = "tools/measure_spotting.py"
    _write(DATA / sensitivity.FILE, json.dumps({"made_by": made_by, "seed": seed, "costs": costs}))
    _write(chosen.out / "spotting.md", page_of(outcomes, seed, FITTED_ON))
    plain = {"seed": seed, "videos": [asdict(one) for one in outcomes]}
    _write(chosen.out / "spotting.json", json.dumps(plain))
    draw_curve(chosen.out / "spotting.png", outcomes)


def _write(path: Path, text: str) -> None:
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
