"""Kinds of faults in a few words, for counting; the row itself carries the full message."""

from __future__ import annotations

LABELS = {
    "id_empty": "证件号码为空",
    "id_masked": "证件号码打了码",
    "id_scientific": "证件号码成了科学计数",
    "id_numeric": "证件号码是数值格式",
    "id_length": "证件号码位数不对",
    "id_characters": "证件号码有别的字符",
    "id_birth_date": "证件号码中的日期不存在",
    "id_future_birth": "证件号码中的日期在将来",
    "id_checksum": "证件号码校验位不符",
    "name_empty": "姓名为空",
    "name_placeholder": "姓名不是姓名",
    "name_differs": "同一证件号码姓名不同",
    "not_listed": "不在代码表内",
    "date_impossible": "日期不存在",
    "date_future": "日期在将来",
    "duplicate_person": "文件内重复人员",
    "duplicate_row": "文件内重复行",
    "duplicate_post": "文件内重复岗位",
    "duplicate_village": "一村两名经纪人",
    "two_households": "一人在两户",
    "registered_elsewhere": "已登记在另一户",
    "household_elsewhere": "户编号属于别的村",
    "household_unknown": "台账中没有此户",
    "household_missing": "缺户编号",
    "village_unknown": "村名认不出",
    "village_missing": "缺村名",
    "place_unknown": "地点认不出",
    "area_unknown": "区划认不出",
    "out_of_scope": "不在负责区划内",
    "person_unknown": "台账中没有此人",
    "spell_overlap": "务工时间重叠",
    "start_missing": "缺开始时间",
    "end_missing": "缺结束时间",
    "end_before_start": "结束早于开始",
    "formula_uncached": "公式没有结果",
    "cell_error": "单元格显示错误",
    "sex_limit_without_ground": "限定性别无法律依据",
    "credit_code_missing": "缺统一社会信用代码",
    "wage_order": "月薪上下限颠倒",
    "wage_missing": "缺月薪",
    "age_order": "年龄上下限颠倒",
    "age_child": "年龄下限小于16岁",
    "source_unknown": "来源不明",
    "no_agreement": "没有有效的数据协议",
    "nothing_to_compare": "没有可比对的信息",
}


def issue_label(code: str) -> str:
    """The words for a fault; an unlisted empty-column code reads as such, any other code stands for itself."""
    return LABELS.get(code) or ("必填列为空" if code.endswith("_empty") else code)
