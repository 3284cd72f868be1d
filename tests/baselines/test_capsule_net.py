"""CapsuleNet: routing and loss by hand, size as printed, and that it learns."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.baselines.capsule_net import (
    SPEC,
    CapsuleNet,
    balanced_pictures,
    disturbed,
    margin_loss,
    route,
    squash,
)
from mien.core.errors import UsageError
from mien.datasets.clips import Clips, LabelledClips, Labels
from mien.evaluation.systems import Budget, RecognitionSystem
from mien.work import Silent

SIZE_PX = 136
"""The smallest face with room for both 9 x 9 convolutions."""


def labels_of(emotion: np.ndarray, classes: int) -> Labels:
    count = len(emotion)
    return Labels(
        tuple(f"class {k}" for k in range(classes)),
        emotion,
        (4, 12),
        np.full((count, 2), np.nan),
        np.full((count, 3), np.nan),
        np.ones(count),
    )


def faces(count: int, *, seed: int = 0) -> LabelledClips:
    """Faces that are bright above or below, five nearly equal pictures each."""
    rng = np.random.default_rng(seed)
    emotion = np.arange(count) % 2
    pictures = rng.integers(90, 110, (count, 5, SIZE_PX, SIZE_PX, 3)).astype(np.uint8)
    pictures[emotion == 0, :, : SIZE_PX // 2] += 120
    pictures[emotion == 1, :, SIZE_PX // 2 :] += 120
    names = tuple(f"made/{k:02d}" for k in range(count))
    clips = Clips(names, names, {"apex": pictures}, np.arange(count))
    return LabelledClips(clips, labels_of(emotion, 2))


def built(*, epochs: int = 12, precision: str = "fp32") -> RecognitionSystem:
    system = SPEC.build(Budget(width=4, max_epochs=epochs, precision=precision))
    assert isinstance(system, RecognitionSystem)
    return system


def test_squashing_keeps_the_direction_and_follows_the_printed_length() -> None:
    vectors = torch.tensor([[3.0, 4.0], [0.0, 0.1], [0.0, 0.0]])
    found = squash(vectors)
    assert found[0].tolist() == pytest.approx([0.6 * 25 / 26, 0.8 * 25 / 26])
    assert found[1].tolist() == pytest.approx([0, 0.01 / 1.01])
    assert found[2].tolist() == [0, 0]


def test_squashing_nothing_has_a_slope_that_is_a_number() -> None:
    vector = torch.zeros(1, 4, requires_grad=True)
    (slope,) = torch.autograd.grad(squash(vector).sum(), [vector])
    assert torch.isfinite(slope).all()


def test_two_rounds_of_routing_are_those_worked_out_by_hand() -> None:
    # Two capsules below agree on the first above (1 and 1) and cancel on the second (1 and -1).
    votes = torch.tensor([[[[1.0], [1.0]], [[1.0], [-1.0]]]])
    above, coupling = route(votes, routings=2)
    # Round 1: coupling 1/2, sums 1 and 0, squashed 1/2 and 0; agreements 1/2 and 0 for both.
    share = math.exp(0.5) / (math.exp(0.5) + 1)
    assert coupling[0].tolist() == [pytest.approx([share, 1 - share])] * 2
    # Round 2: sums 2 share and 0.
    assert above[0, :, 0].tolist() == pytest.approx([4 * share**2 / (1 + 4 * share**2), 0])


@given(st.integers(0, 10**6), st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_capsules_are_shorter_than_1_and_couplings_sum_to_1(seed: int, routings: int) -> None:
    rng = torch.Generator().manual_seed(seed)
    votes = 5 * torch.randn(2, 6, 3, 4, generator=rng)
    above, coupling = route(votes, routings)
    assert (above.norm(dim=-1) < 1).all()
    assert coupling.sum(dim=-1).flatten().tolist() == pytest.approx([1] * 12, abs=1e-5)


def test_only_the_last_round_passes_gradients_on() -> None:
    votes = torch.randn(1, 5, 2, 3, generator=torch.Generator().manual_seed(1), requires_grad=True)
    above, coupling = route(votes, 3)
    (by_routing,) = torch.autograd.grad(above.sum(), [votes])
    coupled = squash(torch.einsum("pba,pbas->pas", coupling, votes))
    (with_fixed_coupling,) = torch.autograd.grad(coupled.sum(), [votes])
    assert torch.allclose(by_routing, with_fixed_coupling)


def test_the_margin_loss_is_the_one_worked_out_by_hand() -> None:
    lengths = torch.tensor([[0.59, 0.21, 0.005], [0.995, 0.01, 0.01]])
    # Present: (.99 - .59)^2 = .16; absent: half of (.21 - .01)^2 = .02, and 0 below the margin.
    assert float(margin_loss(lengths, torch.tensor([0, 0]))) == pytest.approx((0.16 + 0.02) / 2)


def test_at_full_size_it_has_the_parameters_of_its_parts() -> None:
    # torchvision prints 11,689,512 for ResNet-18, of which 8,393,728 are its last stage and
    # 513,000 its classes; group normalisation has as many as batch normalisation.
    backbone = 11_689_512 - 8_393_728 - 513_000
    convolutions = 2 * (256 * 256 * 81 + 256)
    capsules = 32 * 6 * 6 * 3 * 16 * 8
    assert sum(one.numel() for one in CapsuleNet(3).parameters()) == (
        backbone + convolutions + capsules
    )


def test_lengths_lie_between_0_and_1_for_every_picture_and_class() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        scores = CapsuleNet(5, width=8)(torch.rand(2, 3, 224, 224))
    assert scores.emotion.shape == (2, 5)
    assert ((scores.emotion > 0) & (scores.emotion < 1)).all()


def test_rare_classes_get_up_to_four_neighbours_and_the_commonest_its_apex_alone() -> None:
    emotion = np.repeat([0, 1, 2], [12, 4, 1])
    samples = balanced_pictures(labels_of(emotion, 3))
    counts = np.bincount(emotion[samples[:, 0]])
    assert counts.tolist() == [12, 12, 5]
    assert len(np.unique(samples, axis=0)) == len(samples)
    assert set(samples[samples[:, 0] < 12, 1]) == {0}


def test_disturbed_pictures_are_mirrored_or_not_and_turned_and_shifted_a_little() -> None:
    size, (row, column) = 101, (20, 70)
    pictures = torch.zeros(64, 3, size, size)
    pictures[:, :, row - 2 : row + 3, column - 2 : column + 3] = 1
    found = disturbed(pictures, np.random.default_rng(0))
    assert found.min() >= 0
    assert found.max() <= 1
    spot = (found[:, 0] > 0.5).float()  # a lower contrast lights the ground a little
    weights = spot / spot.sum(dim=(1, 2), keepdim=True)
    places = torch.arange(size) - size // 2
    across = (weights.sum(dim=1) * places).sum(dim=1).numpy()
    down = (weights.sum(dim=2) * places).sum(dim=1).numpy()
    mirrored = across < 0
    assert 16 < mirrored.sum() < 48
    radius = np.hypot(across, down)
    furthest = np.sqrt(2) * 0.04 * size / 2
    assert np.abs(radius - np.hypot(row - 50, column - 50)).max() < furthest + 0.5
    turn = np.rad2deg(np.arctan2(np.abs(across), -down)) - np.rad2deg(np.arctan2(20, 30))
    assert 4 < np.abs(turn).max() < 8 + np.rad2deg(furthest / 36)


def test_it_learns_which_half_of_a_face_is_bright() -> None:
    system = built()
    system.fit(faces(16), seed=0, progress=Silent())
    test = faces(8, seed=1)
    found = system.predict(test.clips)
    assert (found.emotion.argmax(axis=1) == test.labels.emotion).all()
    assert found.emotion.sum(axis=1) == pytest.approx(1)


def test_the_same_seed_gives_the_same_answers_and_another_seed_others() -> None:
    answers = []
    for seed in (3, 3, 4):
        system = built(epochs=1)
        system.fit(faces(6), seed=seed, progress=Silent())
        answers.append(system.predict(faces(3).clips).emotion)
    assert np.array_equal(answers[0], answers[1])
    assert not np.array_equal(answers[0], answers[2])


def test_only_the_apex_is_looked_at_when_predicting() -> None:
    system = built(epochs=1)
    system.fit(faces(6), seed=0, progress=Silent())
    clips = faces(3).clips
    before = system.predict(clips).emotion
    clips.arrays["apex"][:, 1:] = 0
    assert np.array_equal(system.predict(clips).emotion, before)


def test_faces_too_small_for_the_convolutions_are_refused() -> None:
    with pytest.raises(UsageError, match="at least 129 px"):
        CapsuleNet(3, width=8, size_px=128)
