"""The import centre's pages over the real import: refused rows, columns, the marked workbook, conflicts."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.imports.models import ImportBatch
from jobbridge.apps.registry.models import Person
from tests.factories import DAY, citizen

TEST = system_actor("test")
HEADER = ["户编号", "乡镇", "村", "姓名", "证件号码", "与户主关系", "劳动技能"]


def workbook(rows, header=HEADER):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "花名册"
    for row in [header, *rows]:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return SimpleUploadedFile("名册.xlsx", content.getvalue())


def line(name, number, household="H1"):
    return [household, "双江街道", "群益社区", name, number, "户主", "普通劳动力"]


@pytest.fixture
def handed_in(signed_in, county):
    """Hand a workbook in as the township's clerk; gives the client, the answer's address and the batch."""

    def hand_in(upload, **fields):
        client = signed_in("town")
        answer = client.post(reverse("desk:imports"), {"file": upload, "as_of": DAY.isoformat(), **fields})
        with acting_as(TEST):
            batch = ImportBatch.objects.order_by("-pk").first()
        return client, answer, batch

    return hand_in


def test_good_rows_go_in_and_bad_rows_come_back_with_their_reason(handed_in):
    good = citizen(DAY.replace(year=1980))
    client, answer, batch = handed_in(
        workbook(
            [line("新人甲", good), line("新人乙", good[:-1] + "0" if good[-1] != "0" else good[:-1] + "1", "H2")]
        )
    )
    page = client.get(answer.url).content.decode()
    assert "已校验" in page
    assert "新人乙" in page
    assert good not in page
    client.post(reverse("desk:import_merge", args=[batch.pk]))
    with acting_as(TEST):
        assert Person.objects.filter(name="新人甲").count() == 1
        assert not Person.objects.filter(name="新人乙").exists()
    back = client.get(reverse("desk:import_marked", args=[batch.pk]))
    assert back.headers["Content-Disposition"].startswith("attachment")
    text = " ".join(
        str(cell.value) for row in openpyxl.load_workbook(io.BytesIO(back.content)).active for cell in row
    )
    assert "新人乙" in text
    assert "新人甲" in client.get(reverse("desk:persons"), {"q": "新人甲"}).content.decode()


def test_an_unknown_column_is_settled_on_the_mapping_page_and_known_from_then_on(handed_in):
    header = ["户编号", "乡镇", "村", "姓名", "个人编码", "与户主关系", "劳动技能"]
    rows = [line("新人丙", citizen(DAY.replace(year=1981)))]
    client, answer, batch = handed_in(workbook(rows, header), kind="roster")
    assert batch.state == "mapping"
    page = client.get(reverse("desk:import_columns", args=[batch.pk])).content.decode()
    assert "个人编码" in page
    fields = {f"sheet-0-column-{index}": field for index, field in batch.mapping["花名册"]["columns"].items()}
    column = next(index for index, text in batch.mapping["花名册"]["headers"].items() if text == "个人编码")
    data = {**fields, f"sheet-0-column-{column}": "id_number", "kind": "roster"}
    answer = client.post(reverse("desk:import_columns", args=[batch.pk]), data)
    assert answer.url == reverse("desk:import", args=[batch.pk])
    with acting_as(TEST):
        assert ImportBatch.objects.get(pk=batch.pk).state == "validated"
    _, _, again = handed_in(workbook(rows, header), kind="roster")
    assert again.state == "validated"


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("名册.xlsx", b"not a workbook"),
        SimpleUploadedFile("名册.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        SimpleUploadedFile("空.csv", b"\n"),
    ],
    ids=["no workbook", "old excel", "blank"],
)
def test_an_unreadable_file_is_kept_and_explained(handed_in, upload):
    client, answer, batch = handed_in(upload)
    assert answer.status_code == 302
    assert batch.state in ("failed", "mapping")
    assert batch.message
    assert batch.message[:10] in client.get(answer.url).content.decode()


def test_nothing_chosen_is_said(signed_in, county):
    client = signed_in("town")
    page = client.post(reverse("desk:imports"), {}, follow=True).content.decode()
    assert "请先选一个文件" in page


def test_the_neighbour_neither_reads_nor_merges_our_file(handed_in, signed_in):
    _, _, batch = handed_in(workbook([line("新人丁", citizen(DAY.replace(year=1982)))]))
    theirs = signed_in("neighbour")
    for name in ("import", "import_columns", "import_marked"):
        assert theirs.get(reverse(f"desk:{name}", args=[batch.pk])).status_code == 404
    for name in ("import_merge", "import_cancel"):
        assert theirs.post(reverse(f"desk:{name}", args=[batch.pk])).status_code == 404
    with acting_as(TEST):
        assert not Person.objects.filter(name="新人丁").exists()
