"""Definitions of corpora: complete, consistent with what is known elsewhere, refused when wrong."""

from importlib.resources import files
from pathlib import Path

import pytest

from mien.core.errors import FormatError, UsageError
from mien.core.movement_statistics import movement_statistics
from mien.datasets.coded_clip import CLIP_LABELS
from mien.datasets.definition import definition_names, load_definition

CASME2 = files("mien.datasets").joinpath("definitions", "casme2.toml").read_text(encoding="utf-8")


def test_every_corpus_of_the_field_has_a_definition() -> None:
    assert set(definition_names()) == {
        *("casme", "casme2", "cas_me_2", "cas_me_3", "samm", "samm_lv"),
        *("smic_hs", "smic_vis", "smic_nir", "mmew", "4dme", "dfme"),
    }


@pytest.mark.parametrize("name", definition_names())
def test_a_definition_is_named_like_its_file_and_tells_its_source(name: str) -> None:
    definition = load_definition(name)
    assert definition.name == name
    assert len(definition.citation) > 40
    assert definition.notes
    assert all(definition.rate_of(table) or "rate" in table.columns for table in definition.tables)
    assert definition.people_of in definition_names()


@pytest.mark.parametrize("name", ["casme2", "dfme"])
def test_published_counts_agree_with_the_statistics_of_the_same_corpus(name: str) -> None:
    known = movement_statistics(name).counts
    counts = load_definition(name).counts
    assert counts.emotions == {label: one.clips for label, one in known.items()}
    assert counts.clips == sum(counts.emotions.values())


@pytest.mark.parametrize("name", ["samm", "smic_hs", "mmew", "cas_me_3"])
def test_published_counts_add_up(name: str) -> None:
    counts = load_definition(name).counts
    assert counts.clips == sum(counts.emotions.values())


def test_parts_with_the_same_people_share_their_names() -> None:
    assert load_definition("samm_lv").people_of == "samm"
    assert {load_definition(f"smic_{one}").people_of for one in ("hs", "vis", "nir")} == {"smic_hs"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("rate = 200", 'rate = "200"', "at rate: .*integer"),
        ("rate = 200", "rate = 0", "at rate: .*greater than 0"),
        ("rate = 200", "rate = 200\ncolour = 3", "at colour: Extra inputs"),
        ('fear = "fear"', 'fear = "scare"', "no label scare; labels are anger"),
        ('fear = "fear"', 'Fear = "fear"', "lower case"),
        ("[emotions]", "[emotions", "read as TOML"),
        ('subject = ["Subject"]\nname', "name", "no column holds subject"),
        ("CASME2_RAW_selected/{subject}", "{subject}/CASME2_RAW", "must be a plain name"),
        ('"img{number}", "reg_img', '"img*", "reg_img', "must hold {number} once"),
        ("29.apex = 279", '29.units = "4 7"', "row 29.*sign is missing"),
        ("29.apex = 279", "29.colour = 279", "colour"),
        ("table_rows = [256]", "table_rows = []", "at least 1 item"),
        ("table_rows = [256]", 'table_rows = [256]\npart = "B"', "a part that there is not"),
        ("[tables.columns]", 'name_pattern = "("\n[tables.columns]', "no expression"),
    ],
)
def test_faults_are_named_with_their_place(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in CASME2
    file = tmp_path / "mine.toml"
    file.write_text(CASME2.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FormatError, match=rf"mine\.toml.*{sentence}"):
        load_definition(file)


def test_a_definition_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(CASME2.encode("utf-16"))
    with pytest.raises(FormatError, match=r"mine\.toml.*cannot be read as UTF-8.*Save it as UTF-8"):
        load_definition(file)


def test_an_unknown_corpus_is_refused_with_the_near_ones() -> None:
    with pytest.raises(UsageError, match=r"got 'casme22'\. Did you mean casme2"):
        load_definition("casme22")


def test_every_label_of_the_definitions_is_one_that_clips_can_have() -> None:
    for name in definition_names():
        assert set(load_definition(name).emotions.values()) <= set(CLIP_LABELS)
