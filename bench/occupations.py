"""Title to occupation: how often the right one is first, or among the five that a clerk is shown.

    python -m bench.occupations [--titles FILE --half held]

Two tests. Everyday titles (below): how people in a county call 39 common occupations; but for 焊工 none is a name
that the classifier knows, though near forms of many are, for its everyday names were written by someone who knew this
test. With ``--titles`` besides a file of labelled titles of job advertisements (csv: job_title, code); a machine
labelled them, about 7 in 10 rightly. Choices were made looking at the half ``seen``; ``held`` is the other one.

Compared: characters alone over the names of the classification (the first version), the product without its own
everyday names, and the product. The last line is JSON; exact is the whole code, middle the 中类 (two parts).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import multiprocessing
import re
import time
from pathlib import Path
from typing import Any

import numpy as np

from jobbridge.engines.occupations import Classifier, classifier
from jobbridge.engines.occupations.names import clean, read
from jobbridge.engines.occupations.ngrams import Ngrams

# Codes that a clerk would accept -> titles. Several codes where the classification has no place of its own.
EVERYDAY = {
    "6-05-01-03": "平车工 车位工 针车女工 制衣厂缝制工",
    "6-18-02-04": "焊工 二保焊师傅 氩弧焊工",
    "6-29-01-01": "瓦工 泥瓦匠 砌墙师傅",
    "6-29-01-04": "扎钢筋的 绑钢筋工",
    "6-29-01-05": "外架工 搭架子师傅",
    "6-29-01-03": "打混凝土 砼工",
    "6-29-04-01 6-18-03-03": "漆工 喷漆师傅 刮腻子",
    "6-31-01-03": "水电工 低压电工 厂区维修电工",
    "6-30-05-05": "挖机手 开挖机",
    "6-30-05-01": "叉车司机 开叉车",
    "4-02-02-02": "大货司机 A2驾驶员 跑长途",
    "4-02-02-01": "滴滴司机 开网约车",
    "4-02-07-08": "送快递 快递小哥 派件员",
    "4-10-08-01": "骑手 送外卖 外卖小哥",
    "4-09-08-01": "打扫卫生 清洁工 钟点保洁",
    "4-07-05-01": "门卫 值班保安 小区秩序维护员",
    "4-10-01-06": "住家保姆 做家务阿姨 钟点工 月嫂 带新生儿阿姨",
    "4-10-01-05 4-14-01-02": "护工 照顾老人 敬老院护理",
    "4-10-01-03 4-10-01-06 4-10-01-01": "育儿嫂 带小孩阿姨",
    "4-03-02-01": "厨师 炒菜师傅 大厨",
    "4-03-02-02": "做面点 包子师傅",
    "4-03-02-05": "端盘子 酒店服务员 传菜员",
    "6-25-04-07 6-31-99-00": "电子厂普工 流水线装手机 插件工",
    "6-31-05-00": "打包工 装箱工",
    "4-02-05-01": "装卸工 力工 卸货的",
    "4-02-06-01": "库管 仓管员",
    "6-31-03-05": "QC 检验员 品检",
    "6-14-02-00": "注塑机操作工 啤机工",
    "6-18-01-07 6-18-01-01": "CNC操作员 数控车工",
    "6-18-04-01": "模具师傅 修模",
    "6-02-06-10": "炒茶师傅 制茶工",
    "5-01-02-01 5-01-02-02": "摘果子 采茶工 采摘大棚蔬菜",
    "5-03-02-01": "养猪工 猪场饲养员 养牛",
    "5-02-03-01": "生态护林员 巡山",
    "4-01-02-03": "导购 超市店员 卖衣服",
    "4-01-02-04": "超市收银 前台收款",
    "4-04-05-03 4-07-02-03": "电话客服 话务员",
    "2-06-03-00": "财务 做账",
    "4-10-03-02": "理发师 剪头发 发型师",
}

Answers = list[list[str]]


def everyday() -> list[tuple[str, set[str]]]:
    return [(title, set(codes.split())) for codes, titles in EVERYDAY.items() for title in titles.split()]


def labelled(path: Path, half: str) -> list[tuple[str, set[str]]]:
    with path.open(encoding="utf-8-sig") as file:
        rows = [(row["job_title"], {row["code"]}) for row in csv.DictReader(file)]
    wanted = ("seen", "held").index(half)
    return [row for row in rows if hashlib.sha256(row[0].encode()).digest()[0] % 2 == wanted]


def judge(cases: list[tuple[str, set[str]]], answers: Answers) -> dict[str, float]:
    """Shares of the titles."""

    def right(parts: int, among: int) -> float:
        cut = parts * 3 - 2
        return float(np.mean([
            any(code[:cut] == wanted[:cut] for code in answer[:among] for wanted in codes)
            for (_, codes), answer in zip(cases, answers, strict=True)
        ]))  # fmt: skip

    return {"exact": right(4, 1), "exact_5": right(4, 5), "middle": right(2, 1), "middle_5": right(2, 5)}


def characters(titles: list[str]) -> Answers:
    """The first version: the written form alone, the classification's own names alone."""
    names = read(everyday=False)
    like = np.maximum.reduceat(Ngrams(names.text).like([clean(title) for title in titles]), names.start[:-1], axis=1)
    return [[names.code[at] for at in row] for row in np.argsort(-like, 1, kind="stable")[:, :5]]


def product(titles: list[str], known: Classifier | None = None) -> Answers:
    known = known or classifier()
    known.learn(titles)
    return [[guess.code for guess in known.candidates(title)] for title in titles]


def without_everyday(titles: list[str]) -> Answers:
    return product(titles, Classifier(read(everyday=False)))


def _memory() -> float:
    """Peak of this process in MB; the one of ``getrusage`` would be its parent's."""
    return int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024


def _cost(titles: list[str], sender: Any) -> None:
    """What a fresh process pays; the names' embeddings are kept when ``JOBBRIDGE_HOME`` says where."""
    before, started = _memory(), time.process_time()
    known = classifier()
    ready = time.process_time()
    known.candidates(titles[0])
    first = time.process_time()
    known.learn(titles)
    spent = time.process_time() - first
    sender.send({
        "ready_cpu_s": ready - started, "first_title_cpu_s": first - ready,
        "titles_a_cpu_second": len(titles) / spent, "memory_mb": _memory() - before,
    })  # fmt: skip


def cost(titles: list[str]) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_cost, args=(titles, sender))
    process.start()
    found: dict[str, float] = receiver.recv()
    process.join()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--titles", type=Path, help="csv: job_title, code")
    parser.add_argument("--half", choices=("seen", "held"), default="held")
    args = parser.parse_args()
    tests = {"everyday": everyday()}
    if args.titles:
        tests[args.half] = labelled(args.titles, args.half)
    line: dict[str, Any] = {}
    for name, cases in tests.items():
        titles = [title for title, _ in cases]
        for how, answer in (("characters", characters), ("without", without_everyday), ("product", product)):
            line[f"{name}_{how}"] = {key: round(value, 3) for key, value in judge(cases, answer(titles)).items()}
            print(f"{name:9} {len(cases):5} titles  {how:10} {line[f'{name}_{how}']}")
        line[f"{name}_cost"] = {key: round(value, 3) for key, value in cost(titles).items()}
    print(json.dumps(line))


if __name__ == "__main__":
    main()
