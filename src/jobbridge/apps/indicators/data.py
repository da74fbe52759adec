"""The figures of the day: what each counts, in which population, and where its records are seen."""

from __future__ import annotations

from dataclasses import dataclass


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
    drill: str = ""  # query of the ledger page that lists the records behind the figure

    @property
    def is_rate(self) -> bool:
        return bool(self.denominator)


PERSONS = "targeting_personstatus"
HOUSEHOLDS = "targeting_householdstatus"

INDICATORS = (
    Indicator("labour.total", "劳动力", "人", "labour_force", PERSONS, "true", drill="persons"),
    Indicator("labour.employed", "已就业", "人", "employed", PERSONS, "status IN ('W', 'L')", drill="persons?status=WL"),
    Indicator("labour.away", "外出务工", "人", "employed·县外", PERSONS, "status = 'W'", drill="persons?status=W"),
    Indicator(
        "labour.employment_rate", "就业率", "%", "employed ÷ 状况已知的劳动力", PERSONS, "status IN ('W', 'L')", "status <> 'U'",
        drill="persons?status=WL",
    ),
    Indicator("labour.seeking", "有意愿未就业", "人", "seeking", PERSONS, "status = 'S'", lower_is_better=True, drill="persons?status=S"),
    Indicator("labour.to_verify", "待核实", "人", "unknown_status", PERSONS, "status = 'U'", lower_is_better=True, drill="persons?status=U"),
    Indicator(
        "households.zero", "零就业家庭", "户", "zero_employment", HOUSEHOLDS, "zero_employment", lower_is_better=True,
        drill="ledger?view=zero_employment",
    ),
    Indicator(
        "households.zero_unknown", "零就业待核实户", "户", "zero_employment·待核实", HOUSEHOLDS, "zero_employment IS NULL",
        lower_is_better=True, drill="ledger?view=unknown",
    ),
    Indicator(
        "households.visited", "本月走访覆盖", "%", "当月见到人的户 ÷ 重点户", HOUSEHOLDS,
        "last_visit >= date_trunc('month', as_of) AND urgency > 0", "urgency > 0", drill="ledger?view=visited",
    ),
    Indicator(
        "services.recommended", "三次推荐覆盖", "%", "已得到岗位推荐的求职人员 ÷ 有意愿未就业", PERSONS,
        "status = 'S' AND EXISTS (SELECT 1 FROM placements_recommendation r WHERE r.person_id = t.person_id)", "status = 'S'",
        drill="persons?status=S",
    ),
)  # fmt: skip
BY_KEY = {indicator.key: indicator for indicator in INDICATORS}
