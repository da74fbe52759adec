"""Spellings of the code lists in real sheets: text as written -> value as stored."""

from __future__ import annotations

from typing import Any

from jobbridge.apps.registry.enums import HouseholdCategory, Life, Need, Reluctance, SpellKind, Travel


def _same(text: str) -> dict[str, str]:
    """Words that are stored as they are."""
    return {word: word for word in text.split()}


def _means(value: Any, text: str) -> dict[str, Any]:
    """Words that stand for one value."""
    return dict.fromkeys(text.split(), value)


_RELATIONS = _same(
    "户主 配偶 之子 之女 之儿媳 之女婿 之孙子 之孙女 之外孙子 之外孙女 之父 之母 之岳父 之岳母"
    " 之公公 之婆婆 之祖父 之祖母 之外祖父 之外祖母 之兄弟姐妹 之曾孙子 之曾孙女 之侄儿 之侄女 之兄弟媳妇 之叔伯 其他"
)
# Only spellings with one meaning: 媳妇 may be the wife or the son's wife, 孙 a grandson or a granddaughter.
RELATIONS = {
    **_RELATIONS,
    **{name.removeprefix("之"): name for name in _RELATIONS},
    **_means("户主", "本人 本人或户主 户主本人"),
    **_means("配偶", "妻 妻子 夫 丈夫 老伴 爱人 之妻 之夫"),
    **_means("之子", "儿 儿子 长子 次子 三子 四子 独生子 之儿子"),
    **_means("之女", "女儿 长女 次女 三女 四女 独生女 之女儿"),
    **_means("之儿媳", "儿媳妇 之儿媳妇"),
    **_means("之父", "父亲 之父亲"),
    **_means("之母", "母亲 之母亲"),
    **_means("之祖父", "祖父 爷爷"),
    **_means("之祖母", "祖母 奶奶"),
    **_means("之外祖父", "外祖父 外公"),
    **_means("之外祖母", "外祖母 外婆"),
    **_means("之兄弟姐妹", "兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹 兄弟 姐妹"),
    **_means("之侄儿", "侄子 之侄子"),
}
HEAD = "户主"

EDUCATION = {
    **_same("文盲或半文盲 小学 初中 高中 大专 本科及以上"),
    **_means("文盲或半文盲", "文盲 半文盲 文盲半文盲 未上学"),
    **_means("初中", "初级中学 初中及以下"),
    **_means("高中", "中专 职高 技校 高中/中专 中职 普通高中 高中中专 中等专业学校"),
    **_means("大专", "专科 大学专科 高职 大专及以上"),
    **_means("本科及以上", "本科 大学 大学本科 研究生 硕士 博士 硕士研究生 硕士研究生及以上"),
}
POLITICAL = {
    **_same("中共党员 中共预备党员 共青团员 群众"),
    **_means("中共党员", "党员"),
    **_means("中共预备党员", "预备党员"),
    **_means("共青团员", "团员"),
}
LABOUR_SKILLS = {
    **_same("普通劳动力 技能劳动力 弱劳动力或半劳动力 丧失劳动力 无劳动力"),
    **_means("弱劳动力或半劳动力", "弱劳动力 半劳动力 弱(半)劳动力 弱劳力 半劳力"),
    **_means("丧失劳动力", "丧失劳动能力"),
    **_means("无劳动力", "无劳动能力"),
    **_means("普通劳动力", "有劳动能力 普通劳力"),
}
SEXES = {"男": "男", "女": "女", "男性": "男", "女性": "女", "1": "男", "2": "女"}
LIVES = {
    **_means(Life.ALIVE.value, "正常 在世 健在 存在 在册 新增 自然增加"),
    **_means(Life.DEAD.value, "死亡 已故 去世 自然减少"),
    **_means(Life.MOVED.value, "迁出 户籍迁出 婚嫁迁出"),
}
CATEGORIES = {
    **{str(label): value for value, label in HouseholdCategory.choices},
    **_means(HouseholdCategory.ORDINARY.value, "普通农户 非脱贫户 一般户 其他"),
    **_means(HouseholdCategory.LIFTED.value, "建档立卡户 脱贫人口 已脱贫户"),
    **_means(HouseholdCategory.LIFTED_UNSTABLE.value, "脱贫不稳定 脱贫不稳定人口"),
    **_means(HouseholdCategory.EDGE.value, "边缘易致贫 边缘户"),
    **_means(HouseholdCategory.SHOCK.value, "突发严重困难 突发困难户"),
}
RESIDENCES = {
    **_means("urban", "城镇 城市 非农业户口 非农业家庭户口 居民户口 城镇户口 非农 非农业"),
    **_means("rural", "农村 农业户口 农业家庭户口 农业 农村户口"),
}
SPELL_KINDS = {
    **{str(label): value for value, label in SpellKind.choices},
    **_means(SpellKind.CONTRACT.value, "单位录用聘用人员 单位就业 企业就业 单位聘用"),
    **_means(SpellKind.AGENCY.value, "派遣 劳务派遣公司"),
    **_means(SpellKind.FLEXIBLE.value, "零工 打零工 个体零工 其他形式务工就业人员 其他形式就业"),
    **_means(SpellKind.SELF.value, "创业 个体经营 自营"),
    **_means(SpellKind.WORKSHOP.value, "就业帮扶车间 扶贫车间 帮扶车间就业"),
    **_means(SpellKind.PUBLIC_POST.value, "公益岗位 公益岗 公益性岗位就业 乡村公益性岗位"),
    **_means(SpellKind.FARM.value, "务农 种植 养殖 农业"),
}
EMPLOYED = {
    **_means(True, "已就业 就业 在业 灵活就业 务工 已务工 外出务工 县内务工"
             " 自主创业 公益性岗位 已转移 转移就业 单位就业 是"),
    **_means(False, "未就业 失业 待业 无业 返乡未就业 否 未转移 登记失业 未务工"),
}
WILLING = {
    **_means(True, "是 有 愿意 有意愿 想就业 有就业意愿 有意向"),
    **_means(False, "否 无 不愿意 无意愿 不想就业 无就业意愿 没有 无意向"),
}
TRAVEL = {
    **_means(Travel.COUNTY.value, "县内 本县 本地 县内就业 乡内 镇内 就近 本乡镇 家门口"),
    **_means(Travel.PROVINCE.value, "省内 县外省内 市内 本省 本市 省内县外"),
    **_means(Travel.ANYWHERE.value, "省外 不限 均可 外省 都可以 跨省"),
}
NEEDS = {
    **{str(label): value for value, label in Need.choices},
    **_means(Need.JOB.value, "岗位 岗位推荐 岗位信息 就业岗位 推荐岗位"),
    **_means(Need.TRAINING.value, "技能培训 职业培训 培训需求"),
    **_means(Need.BENEFIT.value, "政策补贴 交通补贴 务工补贴"),
    **_means(Need.TRANSPORT.value, "返岗专车 包车 点对点输送"),
}
_RELUCTANCES = {
    Reluctance.CARE: ("照料", "照顾", "带孩子", "老人", "小孩", "怀孕", "哺乳"),
    Reluctance.HEALTH: ("健康", "身体", "疾病", "生病", "残疾", "年龄"),
    Reluctance.STUDY: ("就学", "上学", "在读", "读书", "学习"),
    Reluctance.FARM: ("务农", "种地", "农业", "种植", "养殖"),
}


def reluctance(text: str) -> str:
    """The reason somebody does not look for work, from free words."""
    for reason, words in _RELUCTANCES.items():
        if any(word in text for word in words):
            return reason.value
    return Reluctance.OTHER.value
