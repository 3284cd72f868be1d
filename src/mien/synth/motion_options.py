"""What a set of flow images is made of: every setting, checked before anything is drawn."""

from dataclasses import dataclass, fields

from mien.core.errors import UsageError
from mien.synth.options import check_people, check_sampling

COURSES = ("rise", "whole")
_MOST = 10_000_000
_NOISIEST = 20


@dataclass(frozen=True)
class MotionOptions:
    """Flow images and volumes; the same options give the same bytes."""

    images: int = 40_000
    volumes: int = 2_000
    volume_frames: int = 10
    """Frames of a volume, evenly from onset to apex, as temporal interpolation leaves them."""

    prior: str = "dfme"
    people: tuple[str, ...] = ()
    emotions: tuple[str, ...] = ()
    units: tuple[int, ...] = ()
    side: str = "natural"
    intensity: tuple[float, float] = (0.05, 0.6)
    free_share: float = 0.0
    """Share of samples with one to three units drawn freely, and without an emotion: what people
    show is more than the statistics know."""

    unit_spread: float = 0.0
    """Standard deviation of the logarithm of each unit's peak against the expression's: of units
    that move together, some hardly show."""

    blink_share: float = 0.0
    """Share of samples in which the lids have moved too, closing or opening by up to half."""

    measured: bool = False
    """Whether faces are drawn, recorded by a camera and measured by flow, or the flow is that of
    the geometry with noise; head motion and noise then follow from the camera."""

    pictures: bool = False
    """Whether the faces that are measured are kept too: at rest and in the last frame, grey, 56 px
    a side."""

    sensor_noise: tuple[float, float] = (0.5, 4.0)
    """Least and most standard deviation of the cameras' noise in grey levels, where measured."""

    course: str = "rise"
    """Of a volume: ``rise`` ends at the apex; ``whole`` goes from rest to rest, with the onset and
    the offset somewhere inside."""

    views_per_shard: int = 24
    turn_deg: float = 8.0
    """Standard deviation of yaw; pitch has three quarters and roll a third of it."""

    crop_jitter: float = 0.02
    """Standard deviation of the shift of the crop in parts of its side; size and turn follow."""

    head_motion_px: float = 0.6
    """Standard deviation of what head motion the alignment leaves, per rigid mode."""

    noise_px: float = 0.12
    """Median standard deviation of the flow's noise; it varies from image to image."""

    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be made."""
        for name in ("images", "volumes"):
            if not 0 <= getattr(self, name) <= _MOST:
                msg = f"Expected {name} in 0..{_MOST}, but got {getattr(self, name)}."
                raise UsageError(msg)
        if not self.images + self.volumes:
            msg = "Expected at least one flow image or volume, but got none of either."
            raise UsageError(msg)
        if not (2 <= self.volume_frames <= 64 and 1 <= self.views_per_shard <= 1000):  # noqa: PLR2004
            msg = (
                "Expected 2 to 64 frames a volume and 1 to 1000 views a shard, but got "
                f"{self.volume_frames} and {self.views_per_shard}."
            )
            raise UsageError(msg)
        for name, most in (
            ("turn_deg", 30.0),
            ("crop_jitter", 0.2),
            ("head_motion_px", 20.0),
            ("noise_px", 5.0),
            ("free_share", 1.0),
            ("unit_spread", 2.0),
            ("blink_share", 1.0),
        ):
            if not 0 <= getattr(self, name) <= most:
                msg = f"Expected {name} in 0..{most:g}, but got {getattr(self, name)}."
                raise UsageError(msg)
        self._check_cameras()
        check_sampling(self.prior, self.emotions, self.units, self.side, self.intensity)
        check_people(self.people)
        if self.seed < 0:
            msg = f"Expected a seed of 0 or more, but got {self.seed}."
            raise UsageError(msg)

    def _check_cameras(self) -> None:
        if self.pictures and not self.measured:
            msg = "Expected pictures of measured motion alone: flow of the geometry has none."
            raise UsageError(msg)
        low, high = self.sensor_noise
        if not 0 <= low <= high <= _NOISIEST:
            msg = (
                f"Expected sensor_noise as two numbers in 0..{_NOISIEST}, but got {low} and {high}."
            )
            raise UsageError(msg)
        if self.course not in COURSES:
            msg = f"Expected the course {' or '.join(COURSES)}, but got {self.course!r}."
            raise UsageError(msg)

    @property
    def as_json(self) -> dict[str, object]:
        """The options as JSON can hold them."""
        plain: dict[str, object] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            plain[field.name] = list(value) if isinstance(value, tuple) else value
        return plain
