"""Who is in the agencies' lists and not in the register, and what was found out about them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.linkage.models import FeedRecord, Link, Outsider
from jobbridge.apps.linkage.outsiders import decide_outsider, keep_outsiders
from tests.factories import DAY, citizen
from tests.linkage_app.conftest import COUNTY, SYSTEM, make_record, quiet

ID = citizen(DAY.replace(year=1990))
PHONE = "16400000077"
HERE = "500235001001"


def stranger(name="向无名", source="railway", number="", mobile="", village="", zone="none", **values):
    """A record that fits nobody."""
    record = make_record(name, village_code=village)
    record.source = source
    record.id_index = sealer().index(number, "id") if number else None
    record.phone_index = sealer().index(mobile, "phone") if mobile else None
    record.save()
    return Link.objects.create(record=record, region_code=COUNTY, posterior=0, zone=zone, **values)


def keep():
    return keep_outsiders(on=DAY, actor=SYSTEM, progress=quiet)["unregistered"]


@pytest.mark.parametrize(
    ("records", "found"),
    [
        ([{"village": HERE}], [(HERE, ["railway"])]),
        ([{}], []),
        ([{"number": ID}, {"number": ID}], []),
        ([{"number": ID}, {"number": ID, "source": "police"}], [(COUNTY, ["police", "railway"])]),
        ([{"mobile": PHONE}, {"mobile": PHONE, "source": "mobile"}], [(COUNTY, ["mobile", "railway"])]),
        # The phone stands beside the number in a third list: all three are one person.
        ([{"number": ID}, {"number": ID, "mobile": PHONE, "source": "bigdata", "village": HERE},
          {"mobile": PHONE, "source": "mobile"}], [(HERE, ["bigdata", "mobile", "railway"])]),
        ([{"village": HERE, "zone": "review"}], []),
        ([{"village": HERE, "zone": "review", "decision": "rejected"}], [(HERE, ["railway"])]),
    ],
)  # fmt: skip
def test_who_is_worth_a_visit(county, records, found):
    with acting_as(SYSTEM):
        for values in records:
            person = {"person": county.near} if values.get("zone") == "review" else {}
            stranger(**values, **person)
    for _ in range(2):
        assert keep() == len(found)
        with acting_as(SYSTEM):
            assert [(o.region_code, o.sources) for o in Outsider.objects.order_by("pk")] == found


def test_whoever_the_register_has_under_the_number_is_no_outsider(county):
    with acting_as(SYSTEM):
        type(county.near).objects.filter(pk=county.near.pk).update(life="moved")
        stranger(number=sealer().open(bytes(county.near.id_sealed), "id"), village=HERE)
    assert keep() == 0


def test_found_since_is_no_longer_listed_and_a_decision_stays_without_the_name(county):
    with acting_as(SYSTEM):
        stranger("向甲", village=HERE)
        stranger("向乙", village=HERE)
        stranger("向丙", village=HERE)
    assert keep() == 3
    with acting_as(county.li):
        (decided,) = Outsider.objects.filter(name="向乙")
        decide_outsider(actor=county.li, outsider_id=decided.pk, decision="visited", now=timezone.now())
    with acting_as(SYSTEM):
        FeedRecord.objects.filter(name__in=["向甲", "向乙"]).update(purged_on=DAY + timedelta(days=1))
    assert keep() == 1
    with acting_as(SYSTEM):
        left = {(o.name, o.decision) for o in Outsider.objects.order_by("pk")}
    assert left == {("", "visited"), ("向丙", "open")}


def test_a_decision_survives_the_next_day_and_can_be_taken_back(county):
    with acting_as(SYSTEM):
        stranger(village=HERE)
    keep()
    with acting_as(county.li):
        pk = Outsider.objects.get().pk
        found = decide_outsider(actor=county.li, outsider_id=pk, decision="elsewhere", now=timezone.now())
        assert (found.decision, found.decided_by) == ("elsewhere", county.li.key)
    assert keep() == 0
    with acting_as(county.li):
        back = decide_outsider(actor=county.li, outsider_id=pk, decision="open", now=timezone.now())
        assert (back.decided_by, back.decided_at) == ("", None)
        with pytest.raises(ValueError, match="请选择"):
            decide_outsider(actor=county.li, outsider_id=pk, decision="gone", now=timezone.now())


def test_the_neighbour_neither_sees_nor_decides(county):
    with acting_as(SYSTEM):
        stranger(village=HERE)
    keep()
    with acting_as(SYSTEM):
        pk = Outsider.objects.get().pk
    with acting_as(county.he):
        assert Outsider.objects.count() == 0
        with pytest.raises(Outsider.DoesNotExist):
            decide_outsider(actor=county.he, outsider_id=pk, decision="visited", now=timezone.now())
