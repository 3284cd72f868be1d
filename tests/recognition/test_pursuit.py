"""Names of units, on a toy basis whose fields are known."""

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.core.facs import Channel, Side
from mien.recognition.basis import Basis, Whitened, whiten
from mien.recognition.pursuit import name_units

CHANNELS = tuple(
    Channel.parse(name) for name in ("AU01L", "AU01R", "AU04L", "AU04R", "AU12L", "AU12R", "AU23")
)


def toy() -> Whitened:
    rng = np.random.default_rng(0)
    fields = np.zeros((len(CHANNELS), 8, 8, 2))
    for index, channel in enumerate(CHANNELS):
        columns = {Side.LEFT: slice(4, 8), Side.RIGHT: slice(0, 4), Side.BOTH: slice(2, 6)}
        own = np.random.default_rng(channel.au).normal(size=(8, 4, 2))
        if channel.side is Side.RIGHT:
            own = own[:, ::-1] * [-1, 1]
        fields[index][:, columns[channel.side]] = own
    rigid = np.zeros((2, 8, 8, 2))
    rigid[0, ..., 0] = rigid[1, ..., 1] = 1
    basis = Basis(CHANNELS, fields, rigid, np.ones((8, 8), dtype=bool))
    return whiten(basis, rng.uniform(0.05, 0.1, (8, 8)))


def motion(whitened: Whitened, **shares: float) -> np.ndarray:
    field = sum(
        share * whitened.basis.fields_px[CHANNELS.index(Channel.parse(name))]
        for name, share in shares.items()
    )
    vector: np.ndarray = whitened.vectors(np.asarray(field)[None])[0]
    return vector


def test_both_sides_of_one_unit_are_named_once() -> None:
    whitened = toy()
    (unit,) = name_units(whitened, motion(whitened, AU04L=0.3, AU04R=0.25))
    assert unit.au == 4
    assert set(unit.channels) == {Channel(4, Side.LEFT), Channel(4, Side.RIGHT)}
    assert unit.cosine > 0.95


def test_one_side_is_named_as_one_side() -> None:
    whitened = toy()
    (unit,) = name_units(whitened, motion(whitened, AU12R=0.4))
    assert unit.channels == (Channel(12, Side.RIGHT),)


def test_two_units_are_named_strongest_first() -> None:
    whitened = toy()
    named = name_units(whitened, motion(whitened, AU01L=0.5, AU01R=0.5, AU23=0.4))
    assert [unit.au for unit in named] == [1, 23]


def test_a_unit_whose_sharp_parts_the_flow_smoothed_away_is_named_by_its_broad_ones() -> None:
    whitened = toy()
    broad = whiten(whitened.basis, whitened.noise_px, neighbours=False)
    strong = {"AU01L": 5.0, "AU01R": 5.0}
    # Little of AU12 is left where neighbours are told apart.
    sharp = motion(whitened, **strong, AU12L=0.7, AU12R=0.7)
    whole = motion(broad, **strong, AU12L=3.0, AU12R=3.0)
    assert [unit.au for unit in name_units(whitened, sharp)] == [1]
    named = name_units(whitened, sharp, broad=(broad, whole))
    assert [unit.au for unit in named] == [1, 12]
    faint = name_units(whitened, sharp / 50, broad=(broad, whole / 50))
    assert [unit.au for unit in faint] == [1]


def test_a_small_part_is_named_where_one_unit_alone_explains_it() -> None:
    whitened = toy()
    strong = {"AU01L": 0.5, "AU01R": 0.5}
    alone = name_units(whitened, motion(whitened, **strong, AU23=0.15))
    assert [unit.au for unit in alone] == [1, 23]
    rivals = {"AU23": 0.15, "AU04L": 0.08, "AU04R": 0.08}
    assert [unit.au for unit in name_units(whitened, motion(whitened, **strong, **rivals))] == [1]


def test_lips_that_part_are_told_from_a_raised_lip_though_flow_loses_some_of_the_opening() -> None:
    whitened = toy()
    channels = tuple(Channel.parse(name) for name in ("AU12L", "AU12R", "AU10L", "AU10R", "AU25"))
    fields = whitened.basis.fields_px[[4, 5, 0, 1, 6]].copy()
    smile, raised = fields[:2].sum(axis=0), fields[2:4].sum(axis=0)
    opening = 0.7 * np.linalg.norm(raised) * fields[4] / np.linalg.norm(fields[4])
    fields[4] = 0.7 * raised + opening
    basis = Basis(channels, fields, whitened.basis.rigid_px, whitened.basis.seen)
    lips = whiten(basis, whitened.noise_px)

    def second(field: np.ndarray) -> int:
        return name_units(lips, lips.vectors((2 * smile + field)[None])[0])[1].au

    assert second(fields[4]) == 25
    assert second(fields[4] - 0.65 * opening) == 25
    assert second(raised) == 10


def test_the_reverse_of_a_movement_is_not_that_movement() -> None:
    whitened = toy()
    named = name_units(whitened, -motion(whitened, AU04L=0.3, AU04R=0.3))
    assert 4 not in [unit.au for unit in named]


def test_no_motion_has_no_name() -> None:
    whitened = toy()
    assert name_units(whitened, np.zeros(len(whitened.design))) == ()


def test_head_motion_is_invisible_to_the_units() -> None:
    whitened = toy()
    shift = np.zeros((1, 8, 8, 2))
    shift[..., 0] = 3.0
    np.testing.assert_allclose(whitened.vectors(shift), 0, atol=1e-9)


def test_a_seen_cell_without_noise_is_refused() -> None:
    whitened = toy()
    with pytest.raises(UsageError, match="noise above 0 px"):
        whiten(whitened.basis, np.zeros((8, 8)))
