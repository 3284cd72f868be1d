"""Predictions against truth -> figures. No files, no models."""

from mien.evaluation.courses import course_agreement, gain_of
from mien.evaluation.spotting import Match, SpottingScore, match_events, score_spotting

__all__ = [
    "Match",
    "SpottingScore",
    "course_agreement",
    "gain_of",
    "match_events",
    "score_spotting",
]
