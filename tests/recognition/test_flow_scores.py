"""Registered flow is read by the motion of the head's units."""

import numpy as np
import pytest
from scipy.optimize import nnls

from mien.recognition.atoms import READ_UNITS
from mien.recognition.basis import noise_likeness
from mien.recognition.canonical import canonical_basis
from mien.recognition.flow_companions import sharpened
from mien.recognition.flow_emotion import FLOW_CLASSES, class_logits, unit_evidence
from mien.recognition.flow_scores import SPARSITY, flow_atoms, unit_cosines, unit_shares
from mien.recognition.flow_sources import (
    NetworkSource,
    RegisteredFlow,
    ZeroShotSource,
    fuse_readings,
    zero_shot_sources,
)


def _unit(au: int) -> np.ndarray:
    basis = canonical_basis()
    mine = [place for place, one in enumerate(basis.channels) if one.au == au]
    field: np.ndarray = basis.fields_px[mine].sum(axis=0)
    return field


@pytest.mark.parametrize("sharp", [False, True])
def test_the_motion_of_a_unit_looks_like_that_unit(*, sharp: bool) -> None:
    units = (1, 2, 4, 9, 12, 15, 17, 24, 25)
    flow = np.stack([_unit(au) for au in units])
    cosines = unit_cosines(flow, sharp=sharp)
    columns = [READ_UNITS.index(au) for au in units]
    np.testing.assert_allclose(cosines[np.arange(len(units)), columns], 1.0, atol=1e-6)
    assert [READ_UNITS[i] for i in cosines.argmax(axis=1)] == list(units)


def test_neither_size_nor_rigid_motion_changes_a_score() -> None:
    flow = _unit(12) + 0.3 * _unit(4)
    moved = 7.0 * flow + np.tensordot([3.0, -2, 1, 1, -1, 2], canonical_basis().rigid_px, axes=1)
    for scores in (unit_cosines, unit_shares):
        for sharp in (False, True):
            moved_scores = scores(moved[None], sharp=sharp)
            np.testing.assert_allclose(moved_scores, scores(flow[None], sharp=sharp), atol=1e-6)


def test_sharp_vectors_are_whitened_by_the_likeness_of_noise() -> None:
    atoms = flow_atoms(sharp=True)
    cells = int(atoms.seen.sum())
    rng = np.random.default_rng(6)
    root = np.linalg.cholesky(noise_likeness(atoms.seen))
    noise = np.zeros((4000, 28, 28, 2))
    weight = np.maximum(atoms.weight[atoms.seen], 1e-9)[:, None]
    noise[:, atoms.seen] = np.einsum("ij,njk->nik", root, rng.standard_normal((4000, cells, 2)))
    noise[:, atoms.seen] /= weight
    length = np.sqrt(2 * cells - 6)
    vectors = atoms.vectors(noise) * length
    spread = vectors.std(axis=0)
    assert abs(np.median(spread) - 1) < 0.05


def test_a_still_face_has_no_score() -> None:
    assert not unit_cosines(np.zeros((1, 28, 28, 2))).any()
    assert not unit_shares(np.zeros((1, 28, 28, 2))).any()


def test_shares_are_those_of_sparse_non_negative_least_squares() -> None:
    rng = np.random.default_rng(4)
    flow = (_unit(12) + 0.5 * _unit(4) + rng.normal(0, 0.3, (28, 28, 2)))[None]
    atoms = flow_atoms()
    vector = atoms.vectors(flow)[0]
    # |Ax - b|^2 / 2 + s 1'x is |A x - b'|^2 / 2 with an extended right-hand side.
    gram = atoms.channels @ atoms.channels.T
    root = np.linalg.cholesky(gram + 1e-12 * np.eye(len(gram))).T
    right = np.linalg.solve(root.T, atoms.channels @ vector - SPARSITY)
    expected, _ = nnls(root, right)
    columns = [[i for i, au in enumerate(atoms.channel_units) if au == u] for u in READ_UNITS]
    best = np.array([expected[one].max() for one in columns])
    np.testing.assert_allclose(unit_shares(flow)[0], best, atol=2e-3)


def test_a_smile_is_positive_and_raised_brows_are_surprise() -> None:
    flow = np.stack([_unit(12) + _unit(6), _unit(1) + _unit(2), _unit(4) + _unit(9), _unit(15)])
    for source in zero_shot_sources():
        faces = RegisteredFlow(flow, np.zeros((4, 28, 28)), np.ones(4, np.bool_))
        logits = source.read(faces, "emfacs+dfme").classes
        named = [FLOW_CLASSES[i] for i in logits.argmax(axis=1)]
        assert named == ["positive", "surprise", "negative", "negative"]


def test_evidence_compares_the_units_of_one_picture() -> None:
    evidence = unit_evidence(np.array([[0.8, 0.4, -0.5], [0.08, 0.04, -0.05], [-1.0, -2.0, 0.0]]))
    expected = np.array([[1, 0.25, 0], [1, 0.25, 0], [0, 0, 0]], np.float64)
    np.testing.assert_allclose(evidence, expected)


def test_no_evidence_favours_no_unit() -> None:
    logits = class_logits(np.zeros((1, len(READ_UNITS))), "emfacs+dfme")
    assert np.ptp(logits) < 6


def test_a_unit_gains_from_its_companion_and_not_from_a_stranger() -> None:
    logits = np.zeros((1, len(READ_UNITS)))
    seen = logits.copy()
    seen[0, READ_UNITS.index(12)] = 4.0
    change = (sharpened(seen, "dfme") - sharpened(logits, "dfme"))[0]
    assert change[READ_UNITS.index(6)] > 0.2
    assert change[READ_UNITS.index(4)] < 0
    assert np.array_equal(sharpened(seen, "emfacs"), seen), "prototypes count no pairs"


def test_sources_are_fused_with_equal_weights() -> None:
    rng = np.random.default_rng(1)
    flow = rng.standard_normal((20, 28, 28, 2))
    faces = RegisteredFlow(flow, np.zeros((20, 28, 28)), np.ones(20, np.bool_))
    assert all(isinstance(one, ZeroShotSource) for one in zero_shot_sources())
    readings = [one.read(faces, "emfacs") for one in zero_shot_sources()]
    fused = fuse_readings(readings, "emfacs")

    def standard(values: np.ndarray) -> np.ndarray:
        scaled: np.ndarray = (values - values.mean(axis=0)) / values.std(axis=0)
        return scaled

    expected = 2 * np.mean([standard(one.units) for one in readings], axis=0)
    np.testing.assert_allclose(fused.units, expected, atol=1e-9)
    assert fused.features.shape == (20, sum(one.features.shape[1] for one in readings))


def test_the_network_names_what_it_stems_from_and_tells_the_classes_of_the_head() -> None:
    source = NetworkSource()
    assert source.stems_from == ("emfacs", "dfme")
    flow = np.stack([_unit(12) + _unit(6), _unit(1) + _unit(2), _unit(4) + _unit(9)])
    faces = RegisteredFlow(flow, np.zeros((3, 28, 28)), np.ones(3, np.bool_))
    said = source.read(faces, "casme2")
    named = [FLOW_CLASSES[i] for i in said.classes.argmax(axis=1)]
    assert named == ["positive", "surprise", "negative"]
    assert np.array_equal(source.read(faces, "dfme").units, said.units)


@pytest.mark.parametrize("prior", ["emfacs", "dfme", "casme2", "emfacs+dfme"])
def test_every_prior_tells_the_classes_apart(prior: str) -> None:
    columns = [(6, 12), (1, 2), (4, 7)]
    evidence = np.array([np.isin(READ_UNITS, one) for one in columns], np.float64)
    named = [FLOW_CLASSES[i] for i in class_logits(evidence, prior).argmax(axis=1)]
    assert named == ["positive", "surprise", "negative"]
