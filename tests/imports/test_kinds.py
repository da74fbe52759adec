"""Work records, surveys, feeds, posts, targets and brokers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.brokers.models import Broker
from jobbridge.apps.imports import services
from jobbridge.apps.imports.models import BatchState, ImportBatch
from jobbridge.apps.indicators.models import Target
from jobbridge.apps.linkage.models import FeedRecord
from jobbridge.apps.registry.models import EmploymentSpell, WorkStatement
from tests.imports.conftest import DAY, NOW, codes
from tests.imports.workbooks import made_id, made_phone, member, text_table, workbook

BringIn = Callable[..., ImportBatch]
WORK = ["证件号码", "姓名", "开始时间", "结束时间", "务工省", "务工所在县", "务工企业名称", "就业渠道", "务工月收入",
        "是否已务工"]  # fmt: skip
ANSWERS = ["姓名", "身份证号", "联系电话", "就业状态", "就业意愿", "未就业原因", "意向地区", "意向工种1", "意向工种2",
           "期望月薪", "可到岗日期", "技能证书", "采集人", "采集日期"]  # fmt: skip


@pytest.fixture
def people(bring_in: BringIn) -> None:
    """Three heads of household, taken in on the first of the year."""
    bring_in(workbook([member(serial) for serial in (1, 2, 3)]), "人员.xlsx", as_of=date(2026, 1, 1))


def work(serial: int, start: str, end: str = "", **more: str) -> list[str]:
    row = dict.fromkeys(WORK, "") | {
        "证件号码": made_id(serial), "开始时间": start, "结束时间": end, "务工省": "浙江省", "务工所在县": "义乌市",
        "务工企业名称": "义乌示例电子厂", "就业渠道": "单位录用聘用人员", "务工月收入": "5,200元", "是否已务工": "是",
        **more,
    }  # fmt: skip
    return [row[name] for name in WORK]


@pytest.mark.usefixtures("people", "yiwu")
def test_work_records_become_spells(bring_in: BringIn, everything: Actor) -> None:
    rows = [work(1, "2026年03月", "2026年05月", 是否已务工="否"), work(1, "2026-07-10")]
    batch = bring_in(workbook(rows, WORK), "务工.xlsx")
    assert batch.counts["created"] == 2
    with acting_as(everything):
        first, second = EmploymentSpell.objects.order_by("start")
        assert (first.start, first.end) == (date(2026, 3, 1), date(2026, 6, 1))
        assert (second.start, second.end) == (date(2026, 7, 10), None)
        assert (second.kind, second.employer_name, second.monthly_wage) == ("contract", "义乌示例电子厂", 5200)
        assert (second.place_code, second.place_text, second.work_area) == ("330782", "浙江省义乌市", "4")
        assert second.region_code == "500235001001"


@pytest.mark.usefixtures("people", "yiwu")
def test_the_same_work_sheet_again_changes_nothing(bring_in: BringIn, everything: Actor) -> None:
    content = workbook([work(1, "2026-01-05"), work(1, "2026-04-01"), work(2, "2026-02-01")], WORK)
    assert bring_in(content, "务工.xlsx").counts["created"] == 3
    with acting_as(everything):
        before = list(EmploymentSpell.objects.order_by("pk").values())
    again = bring_in(content, "务工.xlsx")
    assert [again.counts[state] for state in ("created", "updated", "unchanged")] == [0, 0, 3]
    with acting_as(everything):
        assert list(EmploymentSpell.objects.order_by("pk").values()) == before
        ended = EmploymentSpell.objects.get(start=date(2026, 1, 5))
        assert ended.end == date(2026, 4, 1)


@pytest.mark.usefixtures("people", "yiwu")
def test_a_later_sheet_ends_a_spell(bring_in: BringIn, everything: Actor) -> None:
    bring_in(workbook([work(1, "2026-01-05")], WORK), as_of=date(2026, 3, 1))
    batch = bring_in(workbook([work(1, "2026-01-05", "2026-06-30", 是否已务工="否")], WORK))
    assert batch.counts["updated"] == 1
    with acting_as(everything):
        assert EmploymentSpell.objects.get().end == date(2026, 7, 1)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("row", "code"),
    [
        (work(9, "2026-03-01"), "person_unknown"),
        (work(1, ""), "start_missing"),
        (work(1, "2026-03-01", 是否已务工="否"), "end_missing"),
        (work(1, "2026-03-01", "2026-02-01"), "end_before_start"),
        (work(1, "2026-02-30"), "date_impossible"),
        (work(1, "2027-02-01"), "date_future"),
        (work(1, "2000-02-01"), "start_under_16"),
    ],
)
def test_work_rows_that_cannot_be(bring_in: BringIn, everything: Actor, row: list[str], code: str) -> None:
    batch = bring_in(workbook([row], WORK), "务工.xlsx")
    assert codes(batch, everything) == {4: [code]}


@pytest.mark.usefixtures("people", "yiwu")
def test_overlapping_work_is_refused_and_shown_before_merging(
    bring_in: BringIn, clerk: Actor, everything: Actor
) -> None:
    content = workbook([work(1, "2026-01-01", "2026-08-01"), work(1, "2026-03-01")], WORK)
    batch = services.upload(actor=clerk, name="务工.xlsx", content=content, as_of=DAY, now=NOW)
    assert codes(services.stage(actor=clerk, batch=batch), everything) == {5: ["spell_overlap"]}
    assert codes(bring_in(content, "务工.xlsx"), everything) == {5: ["spell_overlap"]}


@pytest.mark.usefixtures("people")
def test_not_working_is_a_statement(bring_in: BringIn, everything: Actor) -> None:
    bring_in(workbook([work(1, "", 是否已务工="否")], WORK), "务工.xlsx")
    with acting_as(everything):
        assert WorkStatement.objects.get().employed is False


@pytest.mark.usefixtures("people")
def test_a_survey_becomes_statements(bring_in: BringIn, everything: Actor) -> None:
    rows = [
        ["覃志强", made_id(1), made_phone(50), "未就业", "是", "刚返乡", "县内", "保安员", "缝纫工", "4000", "随时",
         "电工证", "于丽林", "2026-10-02"],
        ["覃海波", made_id(2), "", "未就业", "否", "照顾小孩", "", "", "", "面议", "", "", "于丽林", "2026年10月3日"],
        ["覃海波", made_id(2), "", "已就业", "", "", "", "", "", "", "", "", "", ""],
        ["外来人", made_id(9), "", "已就业", "", "", "", "", "", "", "", "", "", ""],
    ]  # fmt: skip
    content = workbook(rows, ANSWERS)
    batch = bring_in(content, "摸底.xlsx")
    assert codes(batch, everything) == {6: ["duplicate_person"], 7: ["person_unknown"]}
    assert bring_in(content, "摸底.xlsx").counts["unchanged"] == 2
    with acting_as(everything):
        willing, unwilling = WorkStatement.objects.order_by("pk")
        assert (willing.willing, willing.reluctance, willing.travel) == (True, "", "county")
        assert (willing.wishes, willing.wage_floor, willing.skills) == (["保安员", "缝纫工"], 4000, ["电工证"])
        assert (willing.as_of, willing.stated_by, willing.available_from) == (date(2026, 10, 2), "于丽林", None)
        assert (unwilling.willing, unwilling.reluctance, unwilling.wage_floor) == (False, "care", None)
        assert unwilling.as_of == date(2026, 10, 3)
        assert willing.person.contacts.get(primary=True).phone_mask == "164****0050"


def test_a_feed_is_kept_sealed_and_taken_once(bring_in: BringIn, everything: Actor, township: Actor) -> None:
    header = ["旅客姓名", "证件号码", "手机号", "户籍村", "乘车日期", "流向"]
    rows = [
        ["覃*国", "9902**********0018", made_phone(1), "群益社区", "2026-11-01", "返乡"],
        ["覃*国", "9902**********0018", made_phone(1), "群益社区", "2026-11-01", "返乡"],
        ["向志英", "", "", "不知道的地方", "2026-11-02", "离开"],
        ["", "", "", "群益社区", "2026-11-02", "离开"],
    ]
    content = text_table([header, *rows])
    batch = bring_in(content, "铁路_旅客到发.csv")
    assert (batch.kind, batch.source) == ("feed", "railway")
    assert codes(batch, everything) == {3: ["duplicate_row"], 5: ["nothing_to_compare"]}
    assert bring_in(content, "铁路_另存.csv").counts["unchanged"] == 2
    with acting_as(everything):
        record = FeedRecord.objects.get(source="railway", name="覃*国")
        assert sealer().open(bytes(record.id_sealed), "id") == "9902**********0018"
        assert (record.village_code, record.direction, record.seen_on) == (
            "500235001001", "home", date(2026, 11, 1),
        )  # fmt: skip
        assert record.region_code == "500235000000"
    with acting_as(township):
        assert FeedRecord.objects.count() == 0


@pytest.mark.parametrize(
    ("seen_on", "fault"),
    [
        (NOW.date(), []),
        (NOW.date() + timedelta(days=1), ["date_future"]),
        (NOW.date() - timedelta(days=366), []),
        (NOW.date() - timedelta(days=367), ["seen_long_ago"]),
    ],
)
def test_a_sighting_is_of_the_last_year_and_not_to_come(
    bring_in: BringIn, everything: Actor, seen_on: date, fault: list[str]
) -> None:
    header = ["旅客姓名", "证件号码", "手机号", "户籍村", "乘车日期", "流向"]
    row = ["覃*国", "9902**********0018", made_phone(1), "群益社区", seen_on.isoformat(), "返乡"]
    batch = bring_in(text_table([header, row]), "铁路_旅客到发.csv")
    assert codes(batch, everything).get(2, []) == fault


def test_a_row_of_which_everything_is_masked_says_so(bring_in: BringIn, everything: Actor) -> None:
    header = ["旅客姓名", "证件号码", "手机号", "乘车日期", "流向"]
    rows = [
        ["**", "******************", "***********", "2026-11-01", "返乡"],
        ["", "", "164****0001", "2026-11-01", "返乡"],
        ["覃**", "", "", "2026-11-01", "返乡"],
    ]
    batch = bring_in(text_table([header, *rows]), "铁路_旅客到发.csv")
    assert "nothing_to_compare" in codes(batch, everything)[2]
    with acting_as(everything):
        assert FeedRecord.objects.filter(source="railway").count() == batch.counts["created"]


def test_a_feed_of_an_unknown_agency_waits_for_its_name(bring_in: BringIn, clerk: Actor, everything: Actor) -> None:
    rows = [["姓名", "电话", "统计日期", "流向"], ["覃平国", made_phone(1), "2026-11-01", "返乡"]]
    batch = bring_in(text_table(rows), "名单.csv")
    assert batch.state == BatchState.MAPPING
    assert "来自哪个部门" in batch.message
    batch = services.confirm_mapping(actor=clerk, batch=batch, mapping={}, source="mobile")
    assert batch.state == BatchState.VALIDATED
    assert services.merge(actor=clerk, batch=batch, now=NOW).counts["created"] == 1
    with acting_as(everything):
        assert FeedRecord.objects.get().source == "mobile"


def test_targets_are_set_and_corrected(bring_in: BringIn, everything: Actor) -> None:
    header = ["指标", "年度", "范围", "目标值"]
    rows = [["working_away", "2026", "云阳县", "21,600"], ["working_away", "2026", "双江街道", "300"],
            ["working_away", "2026", "火星镇", "5"], ["working_away", "2026", "云阳县", "1"]]  # fmt: skip
    batch = bring_in(workbook(rows, header, ()), "目标.xlsx")
    assert codes(batch, everything) == {4: ["area_unknown"], 5: ["duplicate_row"]}
    assert Target.objects.get(area_id="500235000000").value == Decimal(21600)
    rows[0][3] = "22000"
    assert bring_in(workbook(rows[:2], header, ()), "目标.xlsx").counts["updated"] == 1


def test_a_village_keeps_one_active_broker(bring_in: BringIn, everything: Actor) -> None:
    header = ["村代码", "乡镇", "村", "姓名", "手机"]
    first = ["500235001001", "双江街道", "群益社区", "于丽林", made_phone(1)]
    again = workbook([first, ["", "双江街道", "群益社区", "向志英", ""]], header, ())
    batch = bring_in(again, "经纪人.xlsx")
    assert codes(batch, everything) == {3: ["duplicate_village"]}
    assert bring_in(again, "经纪人.xlsx").counts["unchanged"] == 1
    first[3] = "覃平国"
    assert bring_in(workbook([first], header, ()), "经纪人.xlsx").counts["created"] == 1
    with acting_as(everything):
        assert dict(Broker.objects.values_list("name", "active")) == {"于丽林": False, "覃平国": True}
