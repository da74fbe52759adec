"""What the engine decides, on counties small enough to read."""

import pyarrow as pa
import pytest

from jobbridge.engines.linkage import Parameters, link
from jobbridge.engines.linkage.columns import FIELDS
from tests.engines.linkage.county import make_id

TOWN = "990235100"


def person(person_id, name, order, **more):
    """A register row; ``order`` gives it its own id, and its own phone."""
    row = {
        "person_id": person_id,
        "name": name,
        "id_number": make_id("990235", "19880612", order),
        "phone": f"1640000{order:04d}",
        "village_code": f"{TOWN}201",
        "sex": "男" if order % 2 else "女",
        "birth_date": "19880612",
        "household_id": person_id,
    }
    return row | more


CROWD = [
    person(n, name, 101 + 2 * n, village_code=f"{TOWN}{201 + n % 7}", birth_date=f"19{60 + n % 40}0{1 + n % 9}12")
    for n, name in enumerate(a + b for a in "王李张刘陈杨黄赵周吴" for b in "伟强磊军洋勇杰涛超明辉刚平")
]


def run(register, feed, **parameters):
    feed = [{"record_id": n, "source": "police", "name": None, **row} for n, row in enumerate(feed)]
    register, feed = pa.Table.from_pylist(register), pa.Table.from_pylist(feed)
    result = link(register, feed, parameters=Parameters(**parameters))
    return result.links.to_pylist(), result


# One observation may leave most columns out; Arrow takes the columns from the first row of a list.
BLANK = dict.fromkeys(("id_number", "phone", "village_code", "sex", "birth_date"))


RARE = person(900, "纳兰慕青", 9)
# Ninety-nine verified rows make the engine as sure as it can be that this feed is about our people.
VERIFIED = [BLANK | {"name": p["name"], "id_number": p["id_number"]} for p in CROWD[:99]]


def test_validated_id_is_automatic():
    links, _ = run(CROWD, [BLANK | {"name": "王伟", "id_number": CROWD[0]["id_number"]}])
    assert links[0] | {"posterior": 1} == {
        "record_id": 0, "person_id": 0, "posterior": 1, "zone": "auto", "stage": "A", "note": None
    }  # fmt: skip


def test_validated_id_without_a_name_is_automatic():
    links, _ = run(CROWD, [BLANK | {"id_number": CROWD[5]["id_number"]}])
    assert (links[0]["person_id"], links[0]["zone"]) == (5, "auto")


def test_validated_id_with_a_wholly_different_name_is_reviewed():
    links, _ = run(CROWD, [BLANK | {"name": "欧阳翠花", "id_number": CROWD[0]["id_number"]}])
    assert (links[0]["person_id"], links[0]["zone"], links[0]["note"]) == (0, "review", "id_other_name")


@pytest.mark.parametrize("name", ["王偉", "王炜", "王?", "王 伟"])
def test_validated_id_with_a_damaged_name_is_automatic(name):
    links, _ = run(CROWD, [BLANK | {"name": name, "id_number": CROWD[0]["id_number"]}])
    assert (links[0]["person_id"], links[0]["zone"]) == (0, "auto")


def test_masked_id_and_name_are_decisive():
    number = CROWD[3]["id_number"]
    links, _ = run(CROWD, [BLANK | {"name": "王军", "id_number": f"{number[:6]}********{number[14:]}"}])
    assert (links[0]["person_id"], links[0]["zone"], links[0]["stage"]) == (3, "auto", "B")


def test_phone_and_name_are_decisive():
    links, _ = run(CROWD, [BLANK | {"name": "王军", "phone": CROWD[3]["phone"]}])
    assert (links[0]["person_id"], links[0]["zone"], links[0]["stage"]) == (3, "auto", "B")


def test_decisive_pair_against_a_foreign_id_is_not_automatic():
    other = make_id("990777", "19700101", 7)
    masked = f"{other[:6]}********{other[14:]}"
    links, _ = run(CROWD, [BLANK | {"name": "王军", "id_number": masked, "phone": CROWD[3]["phone"]}])
    assert links[0]["zone"] != "auto"


def test_a_surname_and_a_masked_id_are_not_enough():
    number = CROWD[3]["id_number"]
    masked = f"{number[:4]}**********{number[14:]}"
    links, result = run(CROWD, [BLANK | {"name": "王鸿", "id_number": masked}])
    assert result.weights.to_pylist()[0]["name_level"] == "other"
    assert links[0]["zone"] != "auto"


def test_who_is_too_old_to_travel_is_doubted_where_a_masked_id_nearly_fits():
    """A mask hides the birth date, so that how old those are who are met still counts."""
    old = person(900, "慕容一山", 0, id_number=make_id("990235", "19310612", 35), birth_date="19310612")
    number = old["id_number"]
    slip = f"{number[:6]}********{(int(number[14]) + 1) % 10}{number[15:]}"
    known = [BLANK | {"name": p["name"], "id_number": p["id_number"]} for p in CROWD]
    aged = [person(2000 + n, f"上官{n}", 0, id_number=make_id("990235", "19310712", n), birth_date="19310712")
            for n in range(300)]  # fmt: skip
    _, result = run([*CROWD, *aged, old], [*known, BLANK | {"name": "慕容一山", "id_number": slip}])
    best = [w for w in result.weights.to_pylist() if w["record_id"] == len(known)][0]
    bits = {w["record_id"]: w["prior"] for w in result.weights.to_pylist()}
    assert (best["person_id"], best["id_level"]) == (900, "near")
    assert best["prior"] < bits[0] - 1


def test_an_id_with_one_wrong_digit_and_the_name():
    number = CROWD[8]["id_number"]
    wrong = number[:15] + str((int(number[15]) + 1) % 10) + number[16:]
    links, result = run(CROWD, [BLANK | {"name": CROWD[8]["name"], "id_number": wrong}])
    assert (links[0]["person_id"], links[0]["zone"], links[0]["stage"]) == (8, "auto", "R")
    assert result.weights.to_pylist()[0]["id_level"] == "near"


def test_village_and_homophone_propose_a_candidate():
    _, result = run(CROWD, [BLANK | {"name": "王炜", "village_code": CROWD[0]["village_code"]}])
    best = result.weights.to_pylist()[0]
    assert (best["person_id"], best["name_level"], best["village_level"]) == (0, "sound", "same")


def test_name_alone_is_never_automatic():
    named = BLANK | {"name": "纳兰慕青"}
    links, _ = run([*CROWD, RARE], [*VERIFIED, named, named | {"sex": "男"}])
    assert [(r["person_id"], r["zone"]) for r in links[99:]] == [(900, "review")] * 2


def test_masked_name_that_fits_a_relative_is_capped():
    father = person(900, "纳兰大山", 901, household_id=77)
    son = person(901, "纳兰小山", 903, household_id=77)
    alone = person(902, "慕容一山", 905, household_id=78)
    links, _ = run(
        [*CROWD, father, son, alone],
        [BLANK | {"name": "纳兰**", "phone": father["phone"]}, BLANK | {"name": "慕容**", "phone": alone["phone"]}],
    )
    assert links[0]["person_id"] == 900
    assert links[0]["zone"] == "review"
    assert (links[1]["person_id"], links[1]["note"]) == (902, None)


def test_a_relatives_phone_leads_to_the_named_person():
    mother = person(900, "纳兰大山", 901, household_id=77)
    son = person(901, "纳兰小川", 903, household_id=77, phone=None)
    links, _ = run([*CROWD, mother, son], [BLANK | {"name": "纳兰小川", "phone": mother["phone"]}])
    assert (links[0]["person_id"], links[0]["stage"]) == (901, "R")


def test_a_new_phone_proven_by_id_is_used():
    target = CROWD[40]
    feed = [
        BLANK | {"name": target["name"], "id_number": target["id_number"], "phone": "16499990000"},
        BLANK | {"name": target["name"][0] + "*" * (len(target["name"]) - 1), "phone": "16499990000"},
    ]
    links, result = run(CROWD, feed)
    assert [r["person_id"] for r in links] == [40, 40]
    assert {w["phone_level"] for w in result.weights.to_pylist() if w["record_id"] == 1} == {"proven"}


def test_propagation_uses_what_scoring_proved():
    target = CROWD[40]
    number = target["id_number"]
    wrong = number[:15] + str((int(number[15]) + 1) % 10) + number[16:]
    feed = [
        BLANK | {"name": target["name"], "id_number": wrong, "phone": "16499990000"},
        BLANK | {"name": target["name"][0] + "*", "phone": "16499990000"},
    ]
    links, _ = run(CROWD, feed)
    assert (links[1]["person_id"], links[1]["stage"]) == (40, "P")
    links, _ = run(CROWD, feed, propagate=False)
    assert links[1]["person_id"] is None


def unsure_and(*others):
    """A row with a full name and an unknown phone, and others; their best candidates, and all weights."""
    feed = [BLANK | {"name": "纳兰慕青", "phone": "16499990000"}, *(BLANK | row for row in others)]
    links, result = run([*CROWD, RARE], [*VERIFIED, *feed])
    best = {w["record_id"]: w for w in result.weights.to_pylist() if w["rank"] == 1}
    return [(row, best.get(row["record_id"])) for row in links[99:]]


def test_what_a_row_with_a_full_name_tells_of_its_phone_is_used_but_never_automatic():
    (told, told_by), (masked, best) = unsure_and({"name": "纳兰**", "phone": "16499990000"})
    assert (told["person_id"], told["zone"]) == (900, "review")
    assert (masked["person_id"], masked["zone"], masked["stage"]) == (900, "review", "P")
    assert best["phone_level"] == "heard"
    assert masked["posterior"] < told["posterior"]
    assert sum(best[field] for field in FIELDS) == pytest.approx(best["total"], abs=1e-9)
    assert (told_by["phone_level"], told["stage"]) == ("other", "R")


@pytest.mark.parametrize(
    "other",
    [
        {"name": "慕容**", "phone": "16499990000"},
        {"name": "李大山", "phone": "16499990000"},
        {"name": "纳兰**", "phone": "16499990001"},
        {"name": "纳兰**"},
    ],
    ids=["mask does not fit", "another name", "another phone", "no phone"],
)
def test_what_is_heard_of_a_phone_serves_no_other_name_and_no_other_phone(other):
    _, (row, best) = unsure_and(other)
    assert (row["person_id"], best) == (None, None)


def test_the_phone_of_a_row_that_is_nobodys_speaks_against_a_name_alone():
    """A masked id and a full name that fit nobody tell of a stranger, as a valid id would."""
    strangers = [
        BLANK | {"name": "司空远", "id_number": make_id("990888", "19880612", n), "phone": f"1648888{n:04d}"}
        for n in range(80)
    ] * 2
    number = make_id("990777", "19700101", 7)
    asked = BLANK | {"name": "纳兰慕青", "phone": "16499990000"}
    met = BLANK | {"name": "司徒空", "id_number": f"{number[:6]}********{number[14:]}", "phone": "16499990000"}
    best = {}
    for feed in ([asked], [asked, met]):
        links, result = run([*CROWD, RARE], [*VERIFIED, *strangers, *feed])
        row = links[len(VERIFIED) + len(strangers)]
        weights = next(w for w in result.weights.to_pylist() if w["record_id"] == row["record_id"])
        best[row["stage"]] = weights["phone"], weights["posterior"]
    assert best["P"][0] < best["R"][0] - 2
    assert best["P"][1] < best["R"][1]


def test_what_is_heard_of_a_phone_serves_a_damaged_name_too():
    _, (row, best) = unsure_and({"name": "纳兰青", "phone": "16499990000"})
    assert (row["person_id"], row["zone"]) == (900, "review")
    assert (best["name_level"], best["phone_level"]) == ("edit", "heard")


def test_a_phone_of_many_names_is_nobodys():
    names = ("纳兰慕青", "司马慕青", "上官慕青", "欧阳慕青", "慕容慕青")
    people = [person(900 + n, name, 901 + 2 * n) for n, name in enumerate(names)]
    feed = [BLANK | {"name": name, "phone": "16499990000"} for name in names]
    links, _ = run([*CROWD, *people], [*VERIFIED, *feed, BLANK | {"name": "纳兰**", "phone": "16499990000"}])
    assert [row["zone"] for row in links[99:104]] == ["review"] * 5
    assert links[104]["person_id"] is None


def test_a_row_that_names_a_place_of_ours_is_likelier_about_ours():
    """A source that also tells of people from elsewhere leaves their village out."""
    strangers = [
        BLANK | {"name": p["name"], "id_number": make_id("990888", "19880612", n)} for n, p in enumerate(CROWD)
    ]
    ours = [row | {"village_code": p["village_code"]} for row, p in zip(VERIFIED, CROWD, strict=False)]
    asked = [BLANK | {"name": "纳兰慕青"}, BLANK | {"name": "纳兰慕青", "village_code": f"{TOWN}207"}]
    _, result = run([*CROWD, RARE], [*strangers, *ours, *asked])
    prior = {w["record_id"]: w["prior"] for w in result.weights.to_pylist() if w["person_id"] == 900}
    unplaced, placed = (prior[len(strangers) + len(ours) + n] for n in (0, 1))
    assert placed > unplaced + 3
    share = result.report["rates"]["in_register"]["police"]
    assert share["placed"] > 0.7 > 0.3 > share["unplaced"]


def test_who_was_found_already_is_not_likelier_for_their_age():
    """How old those are who are met says nothing more of somebody who was met."""
    aged = [person(2000 + n, f"上官{n}", 0, id_number=make_id("990235", "19310712", n), birth_date="19310712")
            for n in range(300)]  # fmt: skip
    one, other = RARE, person(901, "慕容慕青", 11)
    known = BLANK | {"name": one["name"], "id_number": one["id_number"]}
    asked = [BLANK | {"name": p["name"]} for p in (one, other)]
    _, result = run([*CROWD, *aged, one, other], [*VERIFIED, known, *asked])
    prior = {w["record_id"]: w["prior"] for w in result.weights.to_pylist()}
    rates = result.report["rates"]
    apart = rates["seen_bits"]["no_phone"] - rates["unseen_bits"]["no_phone"]
    assert prior[100] - prior[101] < apart - 1


@pytest.mark.parametrize("name", [None, "***"])
def test_a_phone_alone_is_never_automatic(name):
    links, result = run(CROWD, [*VERIFIED, BLANK | {"name": name, "phone": CROWD[40]["phone"]}])
    assert (links[99]["person_id"], links[99]["zone"]) == (40, "review")
    assert links[99]["note"] == ("phone_only" if links[99]["posterior"] >= 0.95 else None)
    village = {"phone": CROWD[40]["phone"], "village_code": CROWD[40]["village_code"]}
    links, _ = run(CROWD, [*VERIFIED, BLANK | {"name": name} | village])
    assert (links[99]["person_id"], links[99]["note"]) == (40, None)


def test_one_id_held_twice_in_the_register_is_reviewed():
    twins = [person(900, "纳兰大山", 901), person(901, "纳兰大山", 901)]
    links, result = run([*CROWD, *twins], [BLANK | {"name": "纳兰大山", "id_number": twins[0]["id_number"]}])
    assert (links[0]["zone"], links[0]["person_id"]) == ("review", 900)
    assert [w["person_id"] for w in result.weights.to_pylist()] == [900, 901]


def test_a_common_name_decides_nothing():
    many = [person(n, "王伟", 101 + 2 * n) for n in range(100)]
    links, _ = run(many, [BLANK | {"name": "王伟"}])
    assert (links[0]["person_id"], links[0]["zone"]) == (None, "none")


def test_a_filler_id_and_a_clerks_phone_link_nobody():
    filler = {"id_number": "000000000000000000", "phone": "16400000000"}
    links, result = run([p | filler for p in CROWD], [BLANK | filler | {"name": "慕容复"}] * 50)
    assert {r["zone"] for r in links} == {"none"}
    assert result.weights.num_rows == 0


def test_outsiders_do_not_flood_the_links():
    strangers = [
        BLANK | {"name": p["name"], "id_number": make_id("990888", "19880612", n), "phone": f"1648888{n:04d}"}
        for n, p in enumerate(CROWD)
    ]
    links, _ = run(CROWD, strangers)
    assert {r["zone"] for r in links} == {"none"}


def test_nothing_in_common_with_real_prefixes_is_needed():
    shown = [p | {"id_number": p["id_number"][:6].replace("99", "51") + p["id_number"][6:]} for p in CROWD]
    links, _ = run(shown, [BLANK | {"name": "王伟", "phone": CROWD[0]["phone"]}])
    assert links[0]["person_id"] == 0


def test_weights_of_every_stage_are_given():
    number = CROWD[3]["id_number"]
    _, result = run(
        CROWD,
        [
            BLANK | {"name": "王伟", "id_number": CROWD[0]["id_number"]},
            BLANK | {"name": "王军", "id_number": f"{number[:6]}********{number[14:]}"},
            BLANK | {"name": "李涛", "village_code": CROWD[20]["village_code"]},
        ],
    )
    rows = result.weights.to_pylist()
    assert {r["record_id"] for r in rows} == {0, 1, 2}
    for row in rows:
        assert sum(row[f] for f in FIELDS) == pytest.approx(row["total"], abs=1e-9)
        assert row["posterior"] <= 1


def known(people):
    """Rows that make the engine as sure as it can be that this feed is about our people."""
    return [BLANK | {"name": p["name"], "id_number": p["id_number"]} for p in people]


@pytest.mark.parametrize(
    "same", [{"village_code": "未知"}, {"village_code": f"{TOWN}201"}, {"birth_date": "19000101"}]
)
def test_a_place_or_birth_date_that_all_share_singles_nobody_out(same):
    crowd = [p | same for p in CROWD]
    rare = person(900, "纳兰慕青", 9) | same
    links, _ = run([*crowd, rare], [*known(CROWD[:99]), BLANK | {"name": "纳兰慕青"} | same])
    assert (links[99]["person_id"], links[99]["zone"], links[99]["note"]) == (900, "review", "name_only")


def test_a_masked_name_of_the_register_is_no_exact_name():
    masked = person(900, "梁*", 901, household_id=77)
    son = person(901, "梁强", 903, household_id=77)
    links, result = run(
        [*CROWD, masked, son], [*known(CROWD[:99]), BLANK | {"name": "梁*", "phone": masked["phone"]}]
    )
    assert links[99]["zone"] == "review"
    assert {row["name_level"] for row in result.weights.to_pylist() if row["record_id"] == 99} == {"fits"}


@pytest.mark.parametrize(("born", "zone"), [("20200105", "auto"), ("19520105", "review"), (None, "review")])
def test_a_child_of_the_household_does_not_make_a_masked_name_ambiguous(born, zone):
    mother = person(900, "纳兰大山", 901, household_id=77)
    other = person(901, "纳兰小山", 903, household_id=77, birth_date=born, id_number=None, phone=None)
    row = BLANK | {"name": "纳兰**", "phone": mother["phone"], "seen_on": "2026-03-01"}
    links, _ = run([*CROWD, mother, other], [*[r | {"seen_on": None} for r in known(CROWD[:99])], row])
    assert (links[99]["person_id"], links[99]["zone"]) == (900, zone)


def test_the_phone_of_a_booking_desk_finds_nobody():
    desk = person(900, "王大有", 901)
    customers = [a + b for a in "郑冯曹彭曾肖田董潘袁" for b in "珊琳妍茜秋莎锦黛"]
    feed = [BLANK | {"name": name, "phone": desk["phone"]} for name in customers]
    feed += [BLANK | {"name": "王**", "phone": desk["phone"]}] * 20
    links, _ = run([*CROWD, desk], [*known(CROWD[:99]), *feed])
    assert {row["zone"] for row in links[99:]} <= {"none", "review"}


def test_a_filler_id_is_no_question_of_misuse():
    filler = "111111111111111111"
    register = [*CROWD, person(900, "纳兰慕青", 9) | {"id_number": filler}]
    names = [a + b for a in "郑冯曹彭曾肖田董潘袁" for b in "珊琳妍茜秋莎锦黛"]
    links, _ = run(register, [*known(CROWD[:99]), *(BLANK | {"name": n, "id_number": filler} for n in names)])
    assert {row["zone"] for row in links[99:]} == {"none"}


def test_a_name_of_thousands_of_signs_costs_nothing():
    links, _ = run(CROWD, [BLANK | {"name": "x" * 300_000}, BLANK | {"name": "王" + "." * 300_000}])
    assert [row["zone"] for row in links] == ["none", "none"]


def test_one_mistyped_id_does_not_make_check_characters_worthless():
    wrong = CROWD[0]["id_number"][:-1] + ("1" if CROWD[0]["id_number"][-1] != "1" else "2")
    few = [p | {"id_number": wrong if n == 0 else None} for n, p in enumerate(CROWD)]
    _, result = run(few, [BLANK | {"name": CROWD[0]["name"], "id_number": wrong}])
    assert result.report["by_stage"].get("A") is None
