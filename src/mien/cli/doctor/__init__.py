"""`mien doctor`: what this machine can do for mien, on one screen."""

from mien.cli.doctor.verb import doctor_verb as doctor_verb

__all__ = ["doctor_verb"]
