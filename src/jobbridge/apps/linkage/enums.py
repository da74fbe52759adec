"""Who hands lists in, and what an agreement may permit them to tell."""

from django.db import models


class FeedSource(models.TextChoices):
    POLICE = "police", "公安"
    RAILWAY = "railway", "铁路"
    ROAD = "road", "公路客运"
    MOBILE = "mobile", "移动"
    UNICOM = "unicom", "联通"
    TELECOM = "telecom", "电信"
    BIGDATA = "bigdata", "大数据局"


class FeedField(models.TextChoices):
    """What an agreement may permit."""

    NAME = "name", "姓名"
    ID = "id_number", "证件号码"
    PHONE = "phone", "手机号"
    PLACE = "place", "所在村或地址"
    SEX = "sex", "性别"
    BIRTH = "birth_date", "出生日期"
    SEEN = "seen_on", "出现日期"
    DIRECTION = "direction", "方向"
    TRIP = "trip", "行程（站点、线路）"
