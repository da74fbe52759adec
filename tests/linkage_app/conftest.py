"""A county of two townships, an agency's records, and clerks on both sides."""

from __future__ import annotations

from importlib import resources
from types import SimpleNamespace

import pytest
import yaml

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.files.services import store
from jobbridge.apps.imports.models import ImportBatch
from jobbridge.apps.linkage.models import FeedRecord, Link
from tests.factories import DAY, make_areas, make_household, make_person, make_user

SYSTEM = system_actor("test")
COUNTY = "500235000000"


def quiet(*step):
    """Progress nobody listens to."""


def make_record(name: str, id_number: str | None = None, **values) -> FeedRecord:
    """One line of the railway's list, not compared yet."""
    number = FeedRecord.objects.count()
    batch = ImportBatch.objects.first() or ImportBatch.objects.create(
        kind="feed", file=store(actor=SYSTEM, name="铁路.csv", content=b"x"), as_of=DAY, region_code=COUNTY,
        created_by=SYSTEM.key,
    )  # fmt: skip
    return FeedRecord.objects.create(
        batch=batch, source="railway", content_hash=f"record {number}".encode(), name=name, region_code=COUNTY,
        id_sealed=sealer().seal(id_number, "id") if id_number else None, seen_on=DAY, direction="home", **values,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _surroundings(settings):
    """A static folder to serve from, and passwords that hash quickly."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def county(transactional_db):
    """Persons ``near`` (first township) and ``far`` (second), and clerks by name."""
    with acting_as(SYSTEM):
        make_areas()
        near = make_person(make_household("500235001001"))
        far = make_person(make_household("500235002001"), "覃平果")
        clerks = {
            name: make_user(name, role, area).actor()
            for name, role, area in [
                ("zhou", Role.COUNTY, COUNTY),
                ("li", Role.TOWNSHIP, "500235001000"),
                ("wu", Role.TOWNSHIP, "500235001000"),
                ("he", Role.TOWNSHIP, "500235002000"),
                ("lead", Role.LEADER, COUNTY),
            ]
        }
    return SimpleNamespace(near=near, far=far, **clerks)


@pytest.fixture
def pair(county):
    """A record of the first township that may be ``near`` or, less likely, ``far``."""
    with acting_as(SYSTEM):
        record = make_record("覃平果")
        FeedRecord.objects.update(region_code=county.near.region_code)
        chances = {county.near.pk: 0.7, county.far.pk: 0.2}
        return Link.objects.create(
            record=record, person=county.near, region_code=county.near.region_code, posterior=0.7, zone="review",
            candidates=[{"person_id": person, "posterior": chance} for person, chance in chances.items()],
        )  # fmt: skip


@pytest.fixture
def share_of_second_looks(settings, tmp_path):
    """``share_of_second_looks(0.5)`` sets how many decided pairs are looked at twice."""

    def put(share: float) -> None:
        shipped = resources.files("jobbridge.apps.linkage.data").joinpath("review.yaml").read_text("utf-8")
        entries = [{**entry, "second_opinion_share": share} for entry in yaml.safe_load(shipped)]
        settings.STATE = tmp_path
        (tmp_path / "review.yaml").write_text(yaml.safe_dump(entries), encoding="utf-8")

    return put


@pytest.fixture
def everything_twice(share_of_second_looks):
    share_of_second_looks(1)


@pytest.fixture
def nothing_twice(share_of_second_looks):
    share_of_second_looks(0)
