"""Posts that employers hand in, with the employers themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.employers.models import Employer
from jobbridge.apps.imports.fields import Field, full_date, phones, short, whole, words, yuan, yuan_range
from jobbridge.apps.imports.handlers import Context, Fate, register
from jobbridge.apps.imports.models import Kind, RowState
from jobbridge.apps.imports.tables import Table
from jobbridge.apps.imports.upserts import CREATED, Upsert, run
from jobbridge.apps.vacancies import rules
from jobbridge.apps.vacancies.lawful import lawful
from jobbridge.apps.vacancies.places import place_of
from jobbridge.apps.vacancies.reading import EDUCATION, HEALTH, LODGING, ages, coded, credit_code, sex
from jobbridge.apps.vacancies.relisting import put_on_record
from jobbridge.apps.vacancies.rules import OLDEST, WORKING_AGE, limit_fault, post_key
from jobbridge.kernel import phone

EMPLOYER = Upsert(
    table="employers_employer",
    keys=("credit_code",),
    texts=("name", "place_code", "industry", "contact_name", "phone_mask"),
    values=("phone_sealed",),
)
VALID_DAYS = 90  # a post without an end is taken to be open for a quarter


def register_handlers() -> None:
    """Called when the app starts."""
    register(Kind.POSTS, Posts())


def _demands(table: Table, row: int) -> tuple[Any, ...]:
    names = ("wage", "wage_min", "wage_max", "age", "age_min", "age_max", "sex_limit", "education", "health",
             "skills", "shift", "lodging", "openings")
    return tuple(table.get(name, row) for name in names)


class Posts:
    """One post a row; the employer is found by its credit code, else by its name."""

    tables = ("vacancies_post", "employers_employer")

    def fields(self, context: Context) -> tuple[Field, ...]:
        """Employer, post, and what it asks for."""
        return (
            Field("employer", short(80), required=True),
            Field("credit_code", credit_code),
            Field("employer_industry", short(40), soft=True),
            Field("contact_name", short(40), soft=True),
            Field("contact_phone", phones, soft=True),
            Field("post_number", short(40), soft=True),
            Field("title", short(60), required=True),
            Field("place_code", short(12), soft=True),
            Field("work_place", short(80)),
            Field("openings", partial(whole, low=1, high=100_000), required=True),
            Field("wage", yuan_range),
            Field("wage_min", yuan),
            Field("wage_max", yuan),
            Field("age", ages),
            Field("age_min", partial(whole, low=14, high=90)),
            Field("age_max", partial(whole, low=14, high=90)),
            Field("sex_limit", sex),
            Field("limit_ground", short(120)),
            Field("education", partial(coded, table=EDUCATION, free=0, message="学历要求认不出"), soft=True),
            Field("health", partial(coded, table=HEALTH, free=1, message="体力要求认不出"), soft=True),
            Field("skills", words, soft=True),
            Field("lodging", partial(coded, table=LODGING, free=False, message="请填“是”或“否”"), soft=True),
            Field("shift", short(20), soft=True),
            Field("note", short(300), soft=True),
            Field("liaison_city", short(30), soft=True),
            Field("expires_on", full_date, soft=True),
        )

    def check(self, table: Table, context: Context) -> None:
        """Employer, place, wage, and limits that the law allows."""
        names = {table.get("employer", row) for row in table.good() if not table.get("credit_code", row)}
        known = dict(Employer.objects.filter(name__in=names).values_list("name", "credit_code"))
        theirs = self._of_others(table, known, context)
        keys, size = context.memory.setdefault("post_keys", set()), len(table)
        table.values.update({"_code": [""] * size, "_place": [""] * size, "_key": [""] * size})
        for row in table.good():
            code = table.get("credit_code", row) or known.get(table.get("employer", row), "")
            place = self._place(table, row, context)
            if not code:
                table.refuse(row, "credit_code", "credit_code_missing", "缺少统一社会信用代码，也没有登记过这个单位")
            elif code in theirs:
                table.refuse(row, "employer", "employer_of_others", "这个单位由县里或它的专员维护，请交给他们导入")
            elif not place:
                table.refuse(row, "work_place", "place_unknown", "工作地点认不出，请写到县，如 浙江省义乌市")
            elif fault := self._limits(table, row):
                table.refuse(row, *fault)
            else:
                number = table.get("post_number", row) or ""
                same = (code, number, table.get("title", row), place)
                if before := context.first_seen((*same, *_demands(table, row)), table, row):
                    table.refuse(row, "title", "duplicate_post", f"与{before}是同一单位的同一岗位")
                    continue
                # Posts of one name and place that ask for different things are different posts.
                count = context.memory.setdefault("post_count", Counter())
                count[same] += 1
                table.values["_code"][row], table.values["_place"][row] = code, place
                table.values["_key"][row] = post_key(*same, count[same])
                keys.add(table.values["_key"][row])

    def adjudicate(self, table: Table, rows: Sequence[int], context: Context) -> None:
        """Nothing: the employer's word is the newest."""

    def merge(self, table: Table, rows: Sequence[int], context: Context) -> dict[int, Fate]:
        """Employers first, then their posts."""
        good = table.good(rows)
        codes = table.values["_code"]
        employers = {codes[row]: self._employer(table, row, context) for row in reversed(good)}
        sealed = dict(
            Employer.objects.filter(credit_code__in=employers).values_list("credit_code", "phone_sealed")
        )
        at = EMPLOYER.columns.index("phone_sealed")
        for code, values in employers.items():
            # Sealing the same phone twice gives two blobs: keep the one that is there.
            old = sealed.get(code)
            if old and values[at] and sealer().open(bytes(old), "phone") == values[at]:
                values[at] = bytes(old)
                continue
            values[at] = sealer().seal(values[at], "phone") if values[at] else None
        merged = run(EMPLOYER, list(employers.values()))
        if context.actor.role == Role.TOWNSHIP:  # whoever brings an employer in looks after it
            brought = [pk for pk, state in merged if state == CREATED]
            Employer.objects.filter(pk__in=brought).update(specialist=context.actor.user_id)
        ids = {code: pk for code, (pk, _) in zip(employers, merged, strict=True)}
        posts = [self._post(table, row, ids[codes[row]], context) for row in good]
        return {
            row: Fate(RowState(state), pk)
            for row, (pk, state) in zip(good, put_on_record(posts, context), strict=True)
        }

    def _employer(self, table: Table, row: int, context: Context) -> list[Any]:
        numbers = table.get("contact_phone", row)
        number = numbers[0] if numbers else ""
        return [
            table.values["_code"][row], table.get("employer", row), "",
            table.get("employer_industry", row) or "", table.get("contact_name", row) or "",
            phone.mask(number), number, context.as_of, context.source_id,
        ]

    def _post(self, table: Table, row: int, employer: int, context: Context) -> list[Any]:
        def get(name: str, default: Any) -> Any:
            value = table.get(name, row)
            return default if value is None else value

        low, high = self._wages(table, row)
        young, old = self._ages(table, row)
        sex, ground, city = get("sex_limit", ""), get("limit_ground", ""), get("liaison_city", "")
        place, skills = table.values["_place"][row], list(get("skills", ()))
        law, latest = lawful(), context.received + timedelta(days=rules.LONGEST_DAYS)
        seen = rules.checks(
            code=table.values["_code"][row], place_code=place, wage_min=low, limits=(sex, young, old, ground),
            texts=" ".join(
                [get("title", ""), get("note", ""), get("shift", ""), get("work_place", ""), city, *skills]
            ), twins=0,
            on=context.received, law=law,
        )  # fmt: skip
        # Whoever hands the list in has looked at it; what the machine finds suspicious a person looks at again.
        clean = all(check.ok is not False for check in seen)
        criteria = rules.quality(
            wage_min=low, place_code=place, lodging=get("lodging", False), shift=get("shift", ""),
            limited=rules.limits_anybody(sex, young, old), on=context.received, law=law,
        )  # fmt: skip
        return [
            table.values["_key"][row], get("work_place", ""), get("note", ""), city, context.as_of, employer,
            get("title", ""), place, get("openings", 1), low, high, young, old, sex, ground, get("education", 0),
            get("health", 1), skills, get("lodging", False), get("shift", ""),
            clean and all(check.ok for check in criteria),
            min(get("expires_on", context.as_of + timedelta(days=VALID_DAYS)), latest), "",
            "active" if clean else "pending", "liaison" if city else "import", context.received,
            context.received if clean else None, context.actor.key if clean else "",
            context.as_of, context.source_id,
        ]

    def _of_others(self, table: Table, known: dict[str, str], context: Context) -> set[str]:
        """Credit codes of employers on record for whom a township's clerk does not act."""
        if context.actor.role != Role.TOWNSHIP:
            return set()
        codes = {table.get("credit_code", row) for row in table.good()} | set(known.values())
        mine = Employer.objects.answered_by(context.actor).values("pk")
        others = Employer.objects.filter(credit_code__in=codes - {None}).exclude(pk__in=mine)
        return set(others.values_list("credit_code", flat=True))

    def _wages(self, table: Table, row: int) -> tuple[int, int]:
        both = table.get("wage", row) or (table.get("wage_min", row), table.get("wage_max", row))
        low = both[0] or both[1] or 0
        return low, both[1] or low

    def _ages(self, table: Table, row: int) -> tuple[int, int]:
        low, high = table.get("age", row) or (WORKING_AGE, OLDEST)
        return table.get("age_min", row) or low, table.get("age_max", row) or high

    def _limits(self, table: Table, row: int) -> tuple[str, str, str] | None:
        low, high = self._wages(table, row)
        if not low:
            return "wage", "wage_missing", "缺少月薪"
        if low > high:
            return "wage_max", "wage_order", "月薪上限低于下限"
        young, old = self._ages(table, row)
        sex, ground = table.get("sex_limit", row) or "", table.get("limit_ground", row) or ""
        return limit_fault(sex, young, old, ground, lawful().grounds)

    def _place(self, table: Table, row: int, context: Context) -> str:
        """12-digit code: county-level from the name, township-level inside the own county."""
        code = table.get("place_code", row) or ""
        if code.isdecimal() and len(code) in (6, 9, 12):
            return code.ljust(12, "0")
        text = table.get("work_place", row) or ""
        cache = context.memory.setdefault("post_places", {})
        if text not in cache:
            cache[text] = place_of(
                text, county=context.county, book=context.places, work_places=context.work_places
            )
        return cache[text]
