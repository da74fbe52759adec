"""Spellings of the code lists in real sheets: text as written -> value as stored."""

from __future__ import annotations

from jobbridge.apps.registry.enums import HouseholdCategory, Life, Need, Reluctance, SpellKind, Travel

_RELATIONS = (
    "户主 配偶 之子 之女 之儿媳 之女婿 之孙子 之孙女 之外孙子 之外孙女 之父 之母 之岳父 之岳母 之公公 之婆婆 之祖父 之祖母"
    " 之外祖父 之外祖母 之兄弟姐妹 之曾孙子 之曾孙女 之侄儿 之侄女 之兄弟媳妇 之叔伯 其他"
).split()
# Only spellings with one meaning: 媳妇 may be the wife or the son's wife, 孙 a grandson or a granddaughter.
RELATIONS = {
    **{name: name for name in _RELATIONS},
    **{name.removeprefix("之"): name for name in _RELATIONS},
    **dict.fromkeys(("本人", "本人或户主", "户主本人"), "户主"),
    **dict.fromkeys(("妻", "妻子", "夫", "丈夫", "老伴", "爱人", "之妻", "之夫"), "配偶"),
    **dict.fromkeys(("儿", "儿子", "长子", "次子", "三子", "四子", "独生子", "之儿子"), "之子"),
    **dict.fromkeys(("女儿", "长女", "次女", "三女", "四女", "独生女", "之女儿"), "之女"),
    **dict.fromkeys(("儿媳妇", "之儿媳妇"), "之儿媳"),
    **dict.fromkeys(("父亲", "之父亲"), "之父"),
    **dict.fromkeys(("母亲", "之母亲"), "之母"),
    **dict.fromkeys(("祖父", "爷爷"), "之祖父"),
    **dict.fromkeys(("祖母", "奶奶"), "之祖母"),
    **dict.fromkeys(("外祖父", "外公"), "之外祖父"),
    **dict.fromkeys(("外祖母", "外婆"), "之外祖母"),
    **dict.fromkeys(("兄", "弟", "姐", "妹", "哥哥", "弟弟", "姐姐", "妹妹", "兄弟", "姐妹"), "之兄弟姐妹"),
    **dict.fromkeys(("侄子", "之侄子"), "之侄儿"),
}
HEAD = "户主"

EDUCATION = {
    **{name: name for name in "文盲或半文盲 小学 初中 高中 大专 本科及以上".split()},
    **dict.fromkeys(("文盲", "半文盲", "文盲半文盲", "未上学"), "文盲或半文盲"),
    **dict.fromkeys(("初级中学", "初中及以下"), "初中"),
    **dict.fromkeys(("中专", "职高", "技校", "高中/中专", "中职", "普通高中", "高中中专", "中等专业学校"), "高中"),
    **dict.fromkeys(("专科", "大学专科", "高职", "大专及以上"), "大专"),
    **dict.fromkeys(("本科", "大学", "大学本科", "研究生", "硕士", "博士", "硕士研究生", "硕士研究生及以上"), "本科及以上"),
}
EDUCATION_LEVELS = {
    "文盲或半文盲": 0, "小学": 1, "初中": 2, "高中": 3, "大专": 4, "本科及以上": 5,
}
POLITICAL = {
    **{name: name for name in "中共党员 中共预备党员 共青团员 群众".split()},
    **dict.fromkeys(("党员",), "中共党员"),
    **dict.fromkeys(("预备党员",), "中共预备党员"),
    **dict.fromkeys(("团员",), "共青团员"),
}
LABOUR_SKILLS = {
    **{name: name for name in "普通劳动力 技能劳动力 弱劳动力或半劳动力 丧失劳动力 无劳动力".split()},
    **dict.fromkeys(("弱劳动力", "半劳动力", "弱(半)劳动力", "弱劳力", "半劳力"), "弱劳动力或半劳动力"),
    **dict.fromkeys(("丧失劳动能力",), "丧失劳动力"),
    **dict.fromkeys(("无劳动能力",), "无劳动力"),
    **dict.fromkeys(("有劳动能力", "普通劳力"), "普通劳动力"),
}
SEXES = {"男": "男", "女": "女", "男性": "男", "女性": "女", "1": "男", "2": "女"}
LIVES = {
    **dict.fromkeys(("正常", "在世", "健在", "存在", "在册", "新增", "自然增加"), Life.ALIVE.value),
    **dict.fromkeys(("死亡", "已故", "去世", "自然减少"), Life.DEAD.value),
    **dict.fromkeys(("迁出", "户籍迁出", "婚嫁迁出"), Life.MOVED.value),
}
CATEGORIES = {
    **{str(label): value for value, label in HouseholdCategory.choices},
    **dict.fromkeys(("普通农户", "非脱贫户", "一般户", "其他"), HouseholdCategory.ORDINARY.value),
    **dict.fromkeys(("建档立卡户", "脱贫人口", "已脱贫户"), HouseholdCategory.LIFTED.value),
    **dict.fromkeys(("脱贫不稳定", "脱贫不稳定人口"), HouseholdCategory.LIFTED_UNSTABLE.value),
    **dict.fromkeys(("边缘易致贫", "边缘户"), HouseholdCategory.EDGE.value),
    **dict.fromkeys(("突发严重困难", "突发困难户"), HouseholdCategory.SHOCK.value),
}
RESIDENCES = {
    **dict.fromkeys(("城镇", "城市", "非农业户口", "非农业家庭户口", "居民户口", "城镇户口", "非农", "非农业"), "urban"),
    **dict.fromkeys(("农村", "农业户口", "农业家庭户口", "农业", "农村户口"), "rural"),
}
SPELL_KINDS = {
    **{str(label): value for value, label in SpellKind.choices},
    **dict.fromkeys(("单位录用聘用人员", "单位就业", "企业就业", "单位聘用"), SpellKind.CONTRACT.value),
    **dict.fromkeys(("派遣", "劳务派遣公司"), SpellKind.AGENCY.value),
    **dict.fromkeys(("零工", "打零工", "个体零工", "其他形式务工就业人员", "其他形式就业"), SpellKind.FLEXIBLE.value),
    **dict.fromkeys(("创业", "个体经营", "自营"), SpellKind.SELF.value),
    **dict.fromkeys(("就业帮扶车间", "扶贫车间", "帮扶车间就业"), SpellKind.WORKSHOP.value),
    **dict.fromkeys(("公益岗位", "公益岗", "公益性岗位就业", "乡村公益性岗位"), SpellKind.PUBLIC_POST.value),
    **dict.fromkeys(("务农", "种植", "养殖", "农业"), SpellKind.FARM.value),
}
EMPLOYED = {
    **dict.fromkeys(("已就业", "就业", "在业", "灵活就业", "务工", "已务工", "外出务工", "自主创业", "公益性岗位", "已转移",
                     "县内务工", "是", "转移就业", "单位就业"), True),
    **dict.fromkeys(("未就业", "失业", "待业", "无业", "返乡未就业", "否", "未转移", "登记失业", "未务工"), False),
}
WILLING = {
    **dict.fromkeys(("是", "有", "愿意", "有意愿", "想就业", "有就业意愿", "有意向"), True),
    **dict.fromkeys(("否", "无", "不愿意", "无意愿", "不想就业", "无就业意愿", "没有", "无意向"), False),
}
TRAVEL = {
    **dict.fromkeys(("县内", "本县", "本地", "县内就业", "乡内", "镇内", "就近", "本乡镇", "家门口"), Travel.COUNTY.value),
    **dict.fromkeys(("省内", "县外省内", "市内", "本省", "本市", "省内县外"), Travel.PROVINCE.value),
    **dict.fromkeys(("省外", "不限", "均可", "外省", "都可以", "跨省"), Travel.ANYWHERE.value),
}
NEEDS = {
    **{str(label): value for value, label in Need.choices},
    **dict.fromkeys(("岗位", "岗位推荐", "岗位信息", "就业岗位", "推荐岗位"), Need.JOB.value),
    **dict.fromkeys(("技能培训", "职业培训", "培训需求"), Need.TRAINING.value),
    **dict.fromkeys(("政策补贴", "交通补贴", "务工补贴"), Need.BENEFIT.value),
    **dict.fromkeys(("返岗专车", "包车", "点对点输送"), Need.TRANSPORT.value),
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
