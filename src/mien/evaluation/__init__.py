"""Predictions against truth -> figures. No files, no models."""

from mien.evaluation.bootstrap import Interval, subject_bootstrap
from mien.evaluation.classification import ClassificationScores, classification_scores
from mien.evaluation.courses import course_agreement, gain_of
from mien.evaluation.fold_results import (
    FoldEvents,
    FoldPredictions,
    fold_events_from_bytes,
    fold_predictions_from_bytes,
)
from mien.evaluation.honesty import assert_no_leak
from mien.evaluation.ledger import Ledger, Sealed
from mien.evaluation.scores import (
    RecognitionScores,
    SpottingScores,
    score_recognition,
    score_spotting_system,
)
from mien.evaluation.spotting import Match, SpottingScore, match_events, score_spotting
from mien.evaluation.tables import (
    Conditions,
    Table,
    TableRow,
    Unfinished,
    accuracy_table,
    recognition_table,
    spotting_table,
)
from mien.evaluation.timing import TimingScores, timing_scores
from mien.evaluation.units import UnitScore, unit_scores

__all__ = [
    "ClassificationScores",
    "Conditions",
    "FoldEvents",
    "FoldPredictions",
    "Interval",
    "Ledger",
    "Match",
    "RecognitionScores",
    "Sealed",
    "SpottingScore",
    "SpottingScores",
    "Table",
    "TableRow",
    "TimingScores",
    "Unfinished",
    "UnitScore",
    "accuracy_table",
    "assert_no_leak",
    "classification_scores",
    "course_agreement",
    "fold_events_from_bytes",
    "fold_predictions_from_bytes",
    "gain_of",
    "match_events",
    "recognition_table",
    "score_recognition",
    "score_spotting",
    "score_spotting_system",
    "spotting_table",
    "subject_bootstrap",
    "timing_scores",
    "unit_scores",
]
