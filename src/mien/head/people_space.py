"""The space of faces: mean shapes by sex, age and ancestry, and independent ways to differ.

``data/people.npz`` holds it; ``tools/bake_head.py`` fits it to hundreds of faces of the source
model, each with its lips closed and its teeth set like those of the named people. Read when the
first random person is asked for.
"""

import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from jaxtyping import Float32, Float64

from mien.core.errors import FormatError

_MIDDLE_YEARS, _HALF_SPAN_YEARS = 47.5, 27.5


@dataclass(frozen=True)
class Demography:
    """What the mean shape depends on."""

    female: float
    """0..1."""

    age_years: float
    african: float
    """Share of the source's shape family, 0..1."""

    asian: float
    weight: float
    """0 thin .. 1 heavy."""

    def predictors(self) -> Float64[np.ndarray, " predictor"]:
        """Give the numbers with which the mean shapes are summed; the first is 1.

        >>> Demography(0.5, 47.5, 0.0, 0.0, 0.5).predictors().round(6).tolist()[:4]
        [1.0, 0.0, 0.0, 0.0]
        """
        sex = 2 * self.female - 1
        age = (self.age_years - _MIDDLE_YEARS) / _HALF_SPAN_YEARS
        heavy = 4 * (self.weight - 0.5)
        own = (sex, age, self.african, self.asian, heavy)
        products = (
            sex * age,
            sex * self.african,
            sex * self.asian,
            age * self.african,
            age * self.asian,
            age * age,
            self.african * self.asian,
            sex * age * age,
            heavy * sex,
            heavy * age,
        )
        return np.array((1.0, *own, *products))


@dataclass(frozen=True)
class PeopleSpace:
    """Linear maps from demography and from independent normal numbers to shapes."""

    mean_delta_mm: Float32[np.ndarray, "predictor vertex 3"]
    """From the source's average person."""

    way_mm: Float32[np.ndarray, "way vertex 3"]
    """Ways to differ, each at one standard deviation."""

    mean_eye_mm: Float32[np.ndarray, "predictor eye"]
    """Centres of the eyeballs (left x, y, z, right x, y, z), then radii."""

    way_eye_mm: Float32[np.ndarray, "way eye"]

    def shape(
        self, who: Demography, ways: Float64[np.ndarray, " way"]
    ) -> tuple[
        Float64[np.ndarray, "vertex 3"], Float64[np.ndarray, "2 3"], Float64[np.ndarray, "2"]
    ]:
        """Sum a face: displacement from the average in metres, eye centres, eye radii."""
        by = who.predictors()
        delta = np.tensordot(by, self.mean_delta_mm, axes=1)
        delta = delta + np.tensordot(ways, self.way_mm, axes=1)
        eye = by @ self.mean_eye_mm + ways @ self.way_eye_mm
        return 1e-3 * delta, 1e-3 * eye[:6].reshape(2, 3), 1e-3 * eye[6:]


@cache
def people_space() -> PeopleSpace:
    """Read the space of faces.

    Raises:
        FormatError: the file of this installation is damaged.
    """
    data = files("mien.head").joinpath("data").joinpath("people.npz").read_bytes()
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return PeopleSpace(
                mean_delta_mm=arrays["mean_delta_mm"].astype(np.float32),
                way_mm=arrays["way_mm"].astype(np.float32),
                mean_eye_mm=arrays["mean_eye_mm"].astype(np.float32),
                way_eye_mm=arrays["way_eye_mm"].astype(np.float32),
            )
    except (ValueError, KeyError, OSError) as error:
        msg = f"Expected faces in people.npz, but it is damaged: {error}. Reinstall mien."
        raise FormatError(msg) from error
