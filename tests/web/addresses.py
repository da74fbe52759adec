"""Every address of the desk and the phone pages: who may ask it, for what record, and with which form.

The tests beside this file walk the table; one of them fails when a page is added to the addresses and not to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

from django.urls import reverse

ROLES = ("county", "leader", "town", "broker", "employer")
STAFF = frozenset({"county", "leader", "town"})
CLERKS = frozenset({"county", "town"})
COUNTY = frozenset({"county"})
BROKERS = frozenset({"broker"})
EMPLOYERS = frozenset({"employer"})
OFFER = {
    "title": "缝纫工", "place_text": "云阳县", "openings": "2", "wage_min": "3600", "wage_max": "4500",
    "expires_on": "2027-01-31",
}  # fmt: skip

Keys = Callable[[SimpleNamespace], tuple[object, ...]]
VISIT = {"key": "6f1c1f52-6d0e-4b8e-8b3c-333333333333", "met": "person"}


@dataclass(frozen=True)
class Address:
    """One name of ``urls.py``.

    ``keys`` gives the record of the first township; without it the address is a list. ``reads`` and ``writes`` say
    which methods it answers; ``form`` is what a post carries.
    """

    name: str
    roles: frozenset[str]
    keys: Keys | None = None
    reads: bool = True
    writes: bool = False
    shared: bool = False  # a record that belongs to no township: everybody reads it, and of people only their own
    form: dict[str, str] = field(default_factory=dict)

    def url(self, records: SimpleNamespace) -> str:
        return reverse(self.name, args=self.keys(records) if self.keys else ())

    @property
    def scoped(self) -> bool:
        """Whether it is about a record of one township, and the neighbour's own staff may ask it for theirs."""
        return self.keys is not None and not self.shared and self.roles != COUNTY

    def __str__(self) -> str:
        return self.name


def household(records: SimpleNamespace) -> tuple[object, ...]:
    return (records.household.pk,)


def person(records: SimpleNamespace) -> tuple[object, ...]:
    return (records.person.pk,)


def item(records: SimpleNamespace) -> tuple[object, ...]:
    return (records.item.pk,)


def run(records: SimpleNamespace) -> tuple[object, ...]:
    return (records.run.pk,)


def employer(records: SimpleNamespace) -> tuple[object, ...]:
    return (records.post.employer_id,)


def waiting(records: SimpleNamespace) -> tuple[object, ...]:
    return (records.waiting.pk,)


def batch(records: SimpleNamespace) -> tuple[object, ...]:
    return (records.batch.pk,)


ADDRESSES = (
    Address("desk:home", STAFF),
    Address("desk:households", STAFF),
    Address("desk:household", STAFF, household),
    Address("desk:assign", CLERKS, household, reads=False, writes=True),
    Address("desk:persons", STAFF),
    Address("desk:person", STAFF, person),
    Address("desk:person_outlook", STAFF, person),
    Address("desk:person_link", CLERKS, person, reads=False, writes=True),
    Address("desk:person_unbind", CLERKS, person, reads=False, writes=True),
    Address("desk:person_recommend", CLERKS, person, reads=False, writes=True),
    Address("desk:reveal", CLERKS, lambda r: (r.person.pk, "id"), writes=True, form={"reason": "核对身份"}),
    Address("desk:groups", STAFF),
    Address("desk:tasks", STAFF),
    Address("desk:posts", STAFF),
    Address("desk:post", STAFF, lambda r: (r.post.pk,), shared=True),
    Address("desk:post_review", CLERKS),
    Address("desk:post_judge", CLERKS, waiting, reads=False, writes=True, form={"decision": "approve"}),
    Address("desk:post_calls", CLERKS),
    Address(
        "desk:post_call", CLERKS, lambda r: (r.post.pk,), reads=False, writes=True, form={"outcome": "no_answer"}
    ),
    Address("desk:shortage", STAFF),
    Address("desk:titles", CLERKS),
    Address(
        "desk:title_decide", CLERKS, lambda r: (r.title.pk,), reads=False, writes=True, shared=True,
        form={"code": "6-05-01-03"},
    ),
    Address("desk:post_occupations", CLERKS),
    Address(
        "desk:post_occupation", CLERKS, lambda r: (r.post.pk,), writes=True, form={"code": "6-05-01-03"}
    ),
    Address("desk:shortage_file", STAFF),
    Address("desk:post_edit", CLERKS, lambda r: (r.post.pk,), writes=True, form=OFFER),
    Address("desk:employers", STAFF),
    Address("desk:employer", STAFF, employer, shared=True),
    Address("desk:employer_new", CLERKS, writes=True, form={"name": "样例鞋厂", "code": "99500235MA0TRY0019"}),
    Address("desk:post_new", CLERKS, employer, writes=True, form=OFFER),
    Address("desk:employer_specialist", COUNTY, employer, reads=False, writes=True, form={"user": ""}),
    Address(
        "desk:employer_account", COUNTY, employer, reads=False, writes=True, form={"username": "zhao", "name": "赵"}
    ),
    Address("desk:employer_account_end", COUNTY, lambda r: (r.account.pk,), reads=False, writes=True),
    Address("desk:employer_reveal", CLERKS, employer, writes=True, form={"reason": "确认岗位"}),
    Address("desk:match_runs", STAFF),
    Address("desk:match_run", STAFF, run, shared=True),
    Address("desk:match_people", STAFF, run, shared=True),
    Address("desk:match_posts", STAFF, run, shared=True),
    Address("desk:match_release", COUNTY, run, reads=False, writes=True),
    Address("desk:match_discard", COUNTY, run, reads=False, writes=True),
    Address("desk:match_what_if", COUNTY, writes=True),
    Address("desk:match_trial", COUNTY, lambda r: (r.trial.pk,)),
    Address("desk:match_policies", STAFF),
    Address("desk:match_policy_add", COUNTY, reads=False, writes=True),
    Address("desk:match_policy_withdraw", COUNTY, lambda r: (r.policy.pk,), reads=False, writes=True),
    Address("desk:messages", COUNTY),
    Address("desk:imports", CLERKS, writes=True),
    Address("desk:import", CLERKS, batch),
    Address("desk:import_columns", CLERKS, batch, writes=True, form={"kind": "roster"}),
    Address("desk:import_merge", CLERKS, batch, reads=False, writes=True),
    Address(
        "desk:import_decide", CLERKS, lambda r: (r.batch.pk, r.row.pk), reads=False, writes=True, form={"accept": "1"}
    ),
    Address("desk:import_cancel", CLERKS, batch, reads=False, writes=True),
    Address("desk:import_marked", CLERKS, batch),
    Address("desk:linkage", CLERKS),
    Address("desk:linkage_decide", CLERKS, lambda r: (r.link.pk,), reads=False, writes=True, form={"person": ""}),
    Address("desk:linkage_results", CLERKS),
    Address("desk:linkage_records", CLERKS),
    Address("desk:linkage_returnees", CLERKS),
    Address("desk:linkage_outsiders", CLERKS),
    Address(
        "desk:linkage_outsider",
        CLERKS,
        lambda r: (r.outsider.pk,),
        reads=False,
        writes=True,
        form={"decision": "visited"},
    ),
    Address("desk:linkage_suspicions", CLERKS),
    Address(
        "desk:linkage_suspicion",
        CLERKS,
        lambda r: (r.suspicion.pk,),
        reads=False,
        writes=True,
        form={"state": "explained", "note": "问过本人"},
    ),
    Address("desk:linkage_duplicates", COUNTY),
    Address("desk:linkage_duplicate_search", COUNTY, reads=False, writes=True),
    Address(
        "desk:linkage_duplicate",
        COUNTY,
        lambda r: (r.duplicate.pk,),
        reads=False,
        writes=True,
        form={"state": "different"},
    ),
    Address("desk:linkage_agreements", COUNTY, writes=True),
    Address("desk:linkage_agreement_end", COUNTY, lambda r: (r.agreement.pk,), reads=False, writes=True),
    Address("desk:linkage_agreement_file", COUNTY, lambda r: (r.agreement.pk,)),
    Address("desk:linkage_next", CLERKS),
    Address("desk:linkage_undo", CLERKS, lambda r: (r.link.pk,), reads=False, writes=True, form={"what": "decide"}),
    Address("desk:linkage_ask", CLERKS, lambda r: (r.link.pk,), reads=False, writes=True, form={"person": "1"}),
    Address("desk:linkage_second", COUNTY),
    Address("desk:linkage_settle", COUNTY, lambda r: (r.opinion.pk,), reads=False, writes=True, form={"person": ""}),
    Address("desk:linkage_reopen", COUNTY, lambda r: (r.link.pk,), reads=False, writes=True),
    Address("desk:cycle", STAFF),
    Address("desk:cycle_run", COUNTY, reads=False, writes=True, form={"on": "2026-11-21"}),
    Address("desk:indicators", STAFF),
    Address("desk:recommendation", STAFF, item),
    Address("desk:recommendation_tell", CLERKS, item, reads=False, writes=True, form={"after": "interested"}),
    Address("employer:home", EMPLOYERS),
    Address("employer:post_new", EMPLOYERS, writes=True, form=OFFER),
    Address("employer:post", EMPLOYERS, lambda r: (r.post.pk,), writes=True, form=OFFER),
    Address(
        "employer:post_confirm",
        EMPLOYERS,
        lambda r: (r.post.pk,),
        reads=False,
        writes=True,
        form={"missing": "3", "expires_on": "2027-01-31"},
    ),
    Address(
        "employer:post_close", EMPLOYERS, lambda r: (r.post.pk,), reads=False, writes=True, form={"outcome": "filled"}
    ),
    Address("employer:candidates", EMPLOYERS, lambda r: (r.post.pk,)),
    Address(
        "employer:candidate_say",
        EMPLOYERS,
        lambda r: (r.post.pk, *item(r)),
        reads=False,
        writes=True,
        form={"after": "interview"},
    ),
    Address("employer:candidate_phone", EMPLOYERS, lambda r: (r.post.pk, *item(r)), reads=False, writes=True),
    Address("field:today", BROKERS),
    Address("field:offers", BROKERS, person, writes=True, form={"answer": "seen"}),
    Address("field:outsiders", BROKERS),
    Address(
        "field:outsider", BROKERS, lambda r: (r.outsider.pk,), reads=False, writes=True, form={"decision": "visited"}
    ),
    Address("field:visit", BROKERS, household, writes=True, form=VISIT),
    Address("field:answer", BROKERS, lambda r: (r.question.pk,), reads=False, writes=True, form={"answer": "yes"}),
    Address("field:call", BROKERS, household, reads=False, writes=True),
)
# Behind a person's own link, without a log-in: tests/web/test_worker.py walks them.
BY_LINK = frozenset(
    f"worker:{name}" for name in ("posts", "reply", "mine", "language", "wechat", "wechat_back")
)
READ = tuple(address for address in ADDRESSES if address.reads)
WRITE = tuple(address for address in ADDRESSES if address.writes)
LISTS = tuple(address for address in READ if address.keys is None)
SCOPED = tuple(address for address in ADDRESSES if address.scoped)
