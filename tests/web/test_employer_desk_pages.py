"""The desk's pages of employers: registering and correcting them, their specialist, log-ins and phone."""

from __future__ import annotations

from django.urls import reverse

from jobbridge.apps.accounts.models import User
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.audit.models import Unmasking
from jobbridge.apps.employers.models import Employer
from jobbridge.kernel import credit_code
from tests.web.conftest import EMPLOYER_PHONE

TEST = system_actor("test")


def code_of(body: str) -> str:
    return body + credit_code.check_character(body)


def test_the_county_registers_an_employer_and_gives_it_a_specialist_and_a_log_in(signed_in, county):
    clerk = signed_in("county")
    form = {"name": "样例电子厂", "code": code_of("99500235MA0TRY001"), "kind": "employer",
            "contact_phone": "16400003333"}  # fmt: skip
    assert "不对" in clerk.post(reverse("desk:employer_new"), form | {"code": "99500235MA0TRY001X"}).content.decode()
    assert "电话不对" in clerk.post(reverse("desk:employer_new"), form | {"contact_phone": "12"}).content.decode()
    clerk.post(reverse("desk:employer_new"), form)
    with acting_as(TEST):
        made = Employer.objects.get(name="样例电子厂")
    assert made.phone_mask == "164****3333"
    clerk.post(reverse("desk:employer_specialist", args=[made.pk]), {"user": county.users["neighbour"].pk})
    refused = clerk.post(
        reverse("desk:employer_specialist", args=[made.pk]), {"user": county.users["broker"].pk}, follow=True
    )
    assert "专员须是" in refused.content.decode()
    with acting_as(TEST):
        assert Employer.objects.get(pk=made.pk).specialist == county.users["neighbour"]
    url = reverse("desk:employer_account", args=[made.pk])
    assert "已有人用" in clerk.post(url, {"username": "town", "name": "赵"}).content.decode()
    answer = clerk.post(url, {"username": "zhao", "name": "赵"})
    with acting_as(TEST):
        user = User.objects.get(username="zhao")
    assert user.check_password(answer.context["told"])
    assert answer.context["told"] not in clerk.get(reverse("desk:employer", args=[made.pk])).content.decode()
    clerk.post(reverse("desk:employer_account_end", args=[user.employer_account.pk]))
    with acting_as(TEST):
        assert not User.objects.get(username="zhao").is_active


def test_a_township_keeps_its_hands_off_other_peoples_employers(signed_in, county):
    town = signed_in("neighbour")
    known = county.post.employer
    form = {"name": "改名", "code": known.credit_code, "kind": "employer"}
    with acting_as(TEST):
        Employer.objects.filter(pk=known.pk).update(credit_code=code_of("99500235MA0TRY002"))
    assert (
        "已经登记"
        in town.post(reverse("desk:employer_new"), form | {"code": code_of("99500235MA0TRY002")}).content.decode()
    )
    town.post(reverse("desk:employer_new"), form | {"name": "样例家具厂", "code": code_of("99500235MA0TRY003")})
    with acting_as(TEST):
        assert Employer.objects.get(name="样例家具厂").specialist == county.users["neighbour"]


def test_registering_again_erases_nothing(signed_in, county):
    clerk, code = signed_in("county"), code_of("99500235MA0TRY001")
    form = {"name": "样例电子厂", "code": code, "kind": "agency", "industry": "制造业", "contact_name": "赵"}
    clerk.post(reverse("desk:employer_new"), form)
    clerk.post(reverse("desk:employer_new"), {"name": "样例电子 厂", "code": code, "kind": "agency"})
    with acting_as(TEST):
        made = Employer.objects.get(credit_code=code)
    assert (made.name, made.industry, made.contact_name) == ("样例电子厂", "制造业", "赵")


def test_a_name_on_record_is_only_corrected_by_whoever_says_so(signed_in, county):
    clerk, code = signed_in("county"), code_of("99500235MA0TRY001")
    form = {"name": "样例电子厂", "code": code, "kind": "employer"}
    clerk.post(reverse("desk:employer_new"), form)
    asked = clerk.post(reverse("desk:employer_new"), form | {"name": "样例灯具厂"})
    assert asked.status_code == 422
    assert "这个代码登记的是“样例电子厂”" in asked.content.decode()
    assert 'name="rename"' in asked.content.decode()
    with acting_as(TEST):
        made = Employer.objects.get(credit_code=code)
    assert made.name == "样例电子厂"
    done = clerk.post(reverse("desk:employer_new"), form | {"name": "样例灯具厂", "rename": "1"}, follow=True)
    assert "“样例灯具厂”已更正" in done.content.decode()
    for role in ("county", "leader"):
        page = signed_in(role).get(reverse("desk:employer", args=[made.pk])).content.decode()
        assert "更正名称" in page
        assert "原来是“样例电子厂”" in page


def test_an_employers_phone_is_read_with_a_reason(signed_in, county):
    clerk, url = signed_in("town"), reverse("desk:employer_reveal", args=[county.post.employer_id])
    assert EMPLOYER_PHONE not in clerk.get(url).content.decode()
    assert EMPLOYER_PHONE not in clerk.post(url, {"reason": " "}).content.decode()
    assert EMPLOYER_PHONE in clerk.post(url, {"reason": "确认岗位"}).content.decode()
    with acting_as(TEST):
        reading = Unmasking.objects.get()
    assert (reading.subject, reading.field) == (f"employer:{county.post.employer_id}", "phone")
