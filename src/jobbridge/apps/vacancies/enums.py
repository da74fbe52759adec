"""States, ways in and events of posts."""

from __future__ import annotations

from django.db import models


class PostState(models.TextChoices):
    DRAFT = "draft", "草稿"
    PENDING = "pending", "待审核"
    ACTIVE = "active", "招聘中"
    REJECTED = "rejected", "退回"
    PAUSED = "paused", "暂停"
    CLOSED = "closed", "已停止"


class PostOrigin(models.TextChoices):
    """How a post was collected."""

    IMPORT = "import", "表格导入"
    EMPLOYER = "employer", "单位填报"
    AGENCY = "agency", "机构代招"
    SPECIALIST = "specialist", "专员登记"
    LIAISON = "liaison", "城际联络"


class PostEvent(models.TextChoices):
    """What happened to a post; every line of its log is one."""

    ENTERED = "entered", "登记"
    EDITED = "edited", "修改"
    SUBMITTED = "submitted", "提交审核"
    APPROVED = "approved", "审核通过"
    RETURNED = "returned", "退回"
    CONFIRMED = "confirmed", "确认仍在招"
    NO_ANSWER = "no_answer", "电话未接通"
    PAUSED = "paused", "暂停"
    FILLED = "filled", "已招满"
    CLOSED = "closed", "停止招聘"
