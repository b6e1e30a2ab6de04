"""Whose image a DICOM file holds keeps a patient's images together, and is told nowhere."""

import hashlib
import logging
import shutil
from dataclasses import replace

import numpy as np
import pytest

from autoal_gui.cli import run
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.plan import make_folders
from autoal_gui.core.project.project import Project
from autoal_gui.core.registry import discover
from autoal_gui.sources.dicom_files.patient_hashes import GROUPING, NOBODY, groups_of, hash_of_value
from autoal_gui.sources.opening import list_images, open_images
from autoal_gui.sources.understanding.understood import rearranged, sentence
from tests.support.dicom import write_dicom
from tests.support.paths import SHARED_DATA
from tests.support.project import everything_in, no_progress, plan_for

CANARY = "Mustermann-4711"


def scans(folder, *said, folders="{n}"):
    """Write a file for each (patient, study, series); None where the file says nothing."""
    generator = np.random.default_rng(0)
    for number, ids in enumerate(said):
        elements = dict(zip(GROUPING, ids, strict=False))
        known = {name: value for name, value in elements.items() if value is not None}
        pixels = generator.integers(0, 4000, (8, 8)).astype(np.uint16)
        name = folders.format(n=number, half=number // 2)
        write_dicom(folder / f"{name}.dcm", pixels, **{"PatientID": "", **known})
    return folder


def listed(folder, **options):
    spec = SourceSpec("dicom", str(folder), tuple({"layout": "infer", **options}.items()))
    return list_images(spec, folder, no_progress)


def together(listing):
    """Return the places of the images that are in one group, group by group."""
    groups = {}
    for place, image in enumerate(listing.images):
        groups.setdefault(image.group or f"alone {place}", []).append(place)
    return list(groups.values())


def test_the_images_of_a_patient_are_a_group(tmp_path):
    listing = listed(scans(tmp_path, ("a", "1"), ("b", "2"), ("a ", "3"), ("b", "4")))
    assert together(listing) == [[0, 2], [1, 3]]
    assert listing.personal_groups
    assert "the files themselves give the group" in sentence(listing)


@pytest.mark.parametrize("nobody", ["", "ANONYMOUS", "anon", None])
def test_where_nobody_is_named_the_study_is_the_group(tmp_path, nobody):
    said = ((nobody, "1.2"), (nobody, "1.3"), (nobody, "1.2"), ("x", "1.4"))
    assert together(listed(scans(tmp_path, *said))) == [[0, 2], [1], [3]]


def test_one_id_for_all_is_no_patient_and_the_next_narrower_divides(tmp_path):
    studies = scans(tmp_path / "a", ("x", "1.2"), ("x", "1.3"), ("x", "1.2"))
    assert together(listed(studies)) == [[0, 2], [1]]
    series = scans(tmp_path / "b", ("x", "1.2", "1.5"), ("x", "1.2", "1.6"), ("x", "1.2", "1.5"))
    assert together(listed(series)) == [[0, 2], [1]]
    same = listed(scans(tmp_path / "c", ("x", "1.2", "1.5"), ("x", "1.2", "1.5")))
    assert together(same) == [[0], [1]]
    assert not same.personal_groups


def test_folders_of_patients_count_where_the_files_name_studies_alone(tmp_path):
    said = [("ANON", f"1.{n}") for n in range(6)]
    listing = listed(scans(tmp_path, *said, folders="patient{half}/{n}"))
    assert together(listing) == [[0, 1], [2, 3], [4, 5]]
    assert not listing.personal_groups


def test_a_patient_in_two_folders_is_one(tmp_path):
    said = [("a", "1"), ("b", "2"), ("c", "3"), ("a", "4")]
    listing = listed(scans(tmp_path, *said, folders="patient{half}/{n}"))
    assert together(listing) == [[0, 3], [1], [2]]
    assert "group-level" not in dict(listing.options)


@pytest.mark.parametrize("option", [{"group-level": "0"}, {"group-pattern": r"(\d)\.dcm"}])
def test_who_says_what_the_group_is_is_believed(tmp_path, option):
    listing = listed(scans(tmp_path, ("a", "1"), ("a", "2"), ("b", "3")), **option)
    assert together(listing) == [[0], [1], [2]]
    assert not listing.personal_groups
    again = list_images(SourceSpec("dicom", str(tmp_path), listing.options), tmp_path, no_progress)
    assert together(again) == together(listing)


def test_a_set_that_is_listed_or_understood_again_has_the_same_groups(tmp_path):
    first = listed(scans(tmp_path, ("a", "1"), ("b", "2"), ("a", "3")))
    spec = SourceSpec("dicom", str(tmp_path), first.options)
    assert list_images(spec, tmp_path, no_progress).images == first.images
    assert rearranged(spec, first)[0].images == first.images
    by_name = replace(spec, options=(("group-pattern", r"(\d)\.dcm"),))
    assert not rearranged(by_name, first)[0].personal_groups


def test_a_table_of_patients_ids_is_kept_as_the_files_ids_are(tmp_path):
    scans(tmp_path, ("a", "1"), ("b", "2"), ("a", "3"))
    (tmp_path / "t.csv").write_text("file,patient\n0.dcm,a\n1.dcm,b\n2.dcm,a\n")
    listing = listed(tmp_path)
    assert together(listing) == [[0, 2], [1]]
    assert listing.personal_groups
    (tmp_path / "t.csv").write_text("file,patient\n0.dcm,p1\n1.dcm,p2\n2.dcm,p1\n")
    assert not listed(tmp_path).personal_groups


def test_no_id_is_in_a_listing_a_project_an_export_or_a_log(tmp_path, caplog, capsys):
    said = [(f"{CANARY}-{n // 2}", f"9.{n // 2}.8147", f"9.{n}.5711") for n in range(12)]
    folder = scans(tmp_path / "scans", *said)
    spec = SourceSpec("dicom", str(folder), (("layout", "infer"),))
    with caplog.at_level(logging.DEBUG):
        listing = list_images(spec, make_folders(tmp_path / "project"), no_progress)
        assert len(together(listing)) == 6
        plan = plan_for(spec, ("a", "b"), evaluation_images=4, label_use="ignore")
        project = Project.create(tmp_path / "project", plan, listing, open_images, "reader")
        for image_id in project.pool.images:
            project.labels.answer(image_id, "label", image_id % 2)
        snapshot = Snapshot.of(project)
        for name, exporter in discover("autoal_gui.exporters").items():
            if exporter.KIND != "model":
                exporter.write(tmp_path / "project" / f"out-{name}", snapshot)
        project.close()
        assert run(["inspect", str(folder), "--json"]) == 0
    values = {value for ids in said for value in ids}
    hashes = {hash_of_value("PatientID", value) for value, _, _ in said}
    secrets = values | hashes | {hashlib.sha256(value.encode()).hexdigest() for value in values}
    written = [path for path in everything_in(tmp_path / "project") if path.is_file()]
    assert any(path.name == FILE_NAME for path in written)
    for path in written:
        content = path.read_bytes()
        assert not [one for one in secrets if one.encode() in content], path.name
    told = caplog.text + "".join(capsys.readouterr())
    assert not [one for one in secrets if one in told]
    shown = repr(listing)
    assert not [one for one in secrets if one in shown]


def test_placeholders_name_nobody():
    assert not [word for word in NOBODY if hash_of_value("PatientID", f" {word.upper()} ")]
    assert hash_of_value("StudyInstanceUID", "0")


def test_a_file_that_says_nothing_stands_alone():
    assert groups_of([("", "", ""), ("p", "", ""), ("q", "", "")]).groups == ("", "p", "q")
    assert not groups_of([]).by_patient


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="needs the shared data")
def test_the_patients_of_a_real_set_are_found_without_its_table_and_folders(tmp_path):
    files = sorted((SHARED_DATA / "dicom_hippo").glob("*/*.dcm"))[::5]
    for number, file in enumerate(files):
        shutil.copy(file, tmp_path / f"{number}.dcm")
    listing = listed(tmp_path)
    owners = [file.parent.name for file in files]
    assert len(set(owners)) == 16
    assert len(together(listing)) == 16
