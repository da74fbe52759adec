"""Code lists of the real-name ledger, with the words of the national system."""

from django.db.models import TextChoices


class HouseholdCategory(TextChoices):
    ORDINARY = "ordinary", "一般农户"
    LIFTED = "lifted", "脱贫户"
    LIFTED_UNSTABLE = "lifted_unstable", "脱贫不稳定户"
    EDGE = "edge", "边缘易致贫户"
    SHOCK = "shock", "突发严重困难户"


MONITORED = (HouseholdCategory.LIFTED_UNSTABLE, HouseholdCategory.EDGE, HouseholdCategory.SHOCK)


class Sex(TextChoices):
    MALE = "男", "男"
    FEMALE = "女", "女"


class LabourSkill(TextChoices):
    ORDINARY = "普通劳动力", "普通劳动力"
    SKILLED = "技能劳动力", "技能劳动力"
    WEAK = "弱劳动力或半劳动力", "弱劳动力或半劳动力"
    LOST = "丧失劳动力", "丧失劳动力"
    NONE = "无劳动力", "无劳动力"


class Life(TextChoices):
    ALIVE = "alive", "在世"
    DEAD = "dead", "死亡"
    MOVED = "moved", "迁出"


class SpellKind(TextChoices):
    CONTRACT = "contract", "单位录用"
    AGENCY = "agency", "劳务派遣"
    FLEXIBLE = "flexible", "灵活就业"
    SELF = "self", "自主创业"
    WORKSHOP = "workshop", "帮扶车间"
    PUBLIC_POST = "public_post", "公益性岗位"
    FARM = "farm", "农业经营"


class WorkArea(TextChoices):
    TOWNSHIP = "1", "乡（镇）内"
    COUNTY = "2", "乡（镇）外县内"
    PROVINCE = "3", "县外省内"
    ELSEWHERE = "4", "省外"


class Travel(TextChoices):
    COUNTY = "county", "县内"
    PROVINCE = "province", "省内"
    ANYWHERE = "anywhere", "省外"


class Reluctance(TextChoices):
    CARE = "care", "照料老幼"
    HEALTH = "health", "健康原因"
    STUDY = "study", "就学"
    FARM = "farm", "务农"
    OTHER = "other", "其他"


class Need(TextChoices):
    JOB = "job", "介绍岗位"
    TRAINING = "training", "培训"
    BENEFIT = "benefit", "补贴"
    TRANSPORT = "transport", "返岗车"
