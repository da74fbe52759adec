"""The figures of the day: what each counts, and in which population."""

from __future__ import annotations

from dataclasses import dataclass

PERSONS = "targeting_personstatus"
HOUSEHOLDS = "targeting_householdstatus"
WORKING = "status IN ('W', 'L', 'E')"
RECOMMENDED = "EXISTS (SELECT 1 FROM placements_recommendation r WHERE r.person_id = t.person_id)"


@dataclass(frozen=True)
class Indicator:
    """One figure. ``numerator`` and ``denominator`` are counted by area; a rate is their quotient in percent."""

    key: str
    name: str
    unit: str
    definition: str
    table: str
    numerator: str
    denominator: str = ""
    lower_is_better: bool = False

    @property
    def is_rate(self) -> bool:
        return bool(self.denominator)


INDICATORS = (
    Indicator(
        key="labour.total",
        name="劳动力",
        unit="人",
        definition="法定劳动年龄内、有劳动能力、不在校（labour_force）",
        table=PERSONS,
        numerator="true",
    ),
    Indicator(
        key="labour.employed",
        name="已就业",
        unit="人",
        definition="当月就业一天以上的劳动力（employed）",
        table=PERSONS,
        numerator=WORKING,
    ),
    Indicator(
        key="labour.away",
        name="外出务工",
        unit="人",
        definition="在县外就业的劳动力（employed）",
        table=PERSONS,
        numerator="status = 'W'",
    ),
    Indicator(
        key="labour.employment_rate",
        name="就业率",
        unit="%",
        definition="已就业 ÷ 状况已知的劳动力",
        table=PERSONS,
        numerator=WORKING,
        denominator="status <> 'U'",
    ),
    Indicator(
        key="labour.seeking",
        name="有意愿未就业",
        unit="人",
        definition="未就业且 90 天内表示愿意就业（seeking）",
        table=PERSONS,
        numerator="status = 'S'",
        lower_is_better=True,
    ),
    Indicator(
        key="labour.to_verify",
        name="待核实",
        unit="人",
        definition="就业或意愿未知，不计入“否”（unknown_status）",
        table=PERSONS,
        numerator="status = 'U'",
        lower_is_better=True,
    ),
    Indicator(
        key="households.zero",
        name="零就业家庭",
        unit="户",
        definition="有劳动力、无人就业、有人愿意（zero_employment）",
        table=HOUSEHOLDS,
        numerator="zero_employment",
        lower_is_better=True,
    ),
    Indicator(
        key="households.zero_unknown",
        name="零就业待核实户",
        unit="户",
        definition="有成员状况未知、无人确知就业（zero_employment）",
        table=HOUSEHOLDS,
        numerator="zero_employment IS NULL",
        lower_is_better=True,
    ),
    Indicator(
        key="households.visited",
        name="本月走访覆盖",
        unit="%",
        definition="当月见到人的户 ÷ 有紧急事项的户",
        table=HOUSEHOLDS,
        numerator="last_visit >= date_trunc('month', as_of) AND urgency > 0",
        denominator="urgency > 0",
    ),
    Indicator(
        key="services.recommended",
        name="岗位推荐覆盖",
        unit="%",
        definition="已得到岗位推荐的求职人员 ÷ 有意愿未就业",
        table=PERSONS,
        numerator=f"status = 'S' AND {RECOMMENDED}",
        denominator="status = 'S'",
    ),
)
BY_KEY = {indicator.key: indicator for indicator in INDICATORS}
