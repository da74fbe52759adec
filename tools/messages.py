"""The English text of the pages: src/jobbridge/web/locale/en/LC_MESSAGES/django.po and what is built from it.

    python tools/messages.py            compile django.mo (ignored by git); `make assets` does it too
    python tools/messages.py --update   take new texts of the code into django.po, drop those that are gone

The Chinese text is the key. Most texts are marked in templates and code. Labels of code lists, columns
and indicators are plain Chinese in the code and translated where they are shown (the `tr` filter):
`spoken` and `listed` collect them. No system gettext is needed.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src/jobbridge"
CATALOGUE = PACKAGE / "web/locale/en/LC_MESSAGES/django.po"

Message = tuple[str, str]  # context ("" for none) and Chinese text

MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
MARKS_WITH_CONTEXT = {"pgettext", "pgettext_lazy"}
IN_TEMPLATE = re.compile(
    r"""\b(_|gettext|pgettext)\(\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(?:\s*,\s*u?("[^"]*"|'[^']*'))?\s*\)"""
)
CHINESE = re.compile("[\u4e00-\u9fff]")

# Modules whose refusals and remarks a page shows as they are, when they are fixed sentences.
SPEAKERS = (
    "apps/casework/job_words.py",
    "apps/casework/services.py",
    "apps/casework/visits.py",
    "apps/employers/services.py",
    "apps/imports/parsing.py",
    "apps/imports/reading.py",
    "apps/imports/scanning.py",
    "apps/imports/services.py",
    "apps/linkage/deciding.py",
    "apps/linkage/second_opinions.py",
    "apps/linkage/agreements.py",
    "apps/linkage/outsiders.py",
    "apps/linkage/retention.py",
    "apps/linkage/services.py",
    "apps/linkage/suspicions.py",
    "apps/linkage/village.py",
    "apps/placements/outcomes.py",
    "apps/placements/shortlists.py",
    "apps/placements/spells.py",
    "apps/placements/telling.py",
    "apps/vacancies/confirming.py",
    "apps/vacancies/moves.py",
    "apps/vacancies/screening.py",
)
# What a stage of the cycle calls to say which step it is at.
TELLERS = {"progress", "report"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--update", action="store_true", help="take new texts into the catalogue")
    if parser.parse_args().update:
        sys.path.insert(0, str(PACKAGE.parent))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobbridge.config.settings")
        import django

        django.setup()
        update()
    compile_catalogue()
    return 0


def compile_catalogue() -> Path:
    """Write django.mo beside django.po and return its path."""
    target = CATALOGUE.with_suffix(".mo")
    polib.pofile(str(CATALOGUE)).save_as_mofile(str(target))
    return target


def update() -> None:
    """Bring the catalogue in line with the code; new texts come in empty, for a person to fill."""
    catalogue = polib.pofile(str(CATALOGUE), wrapwidth=110)
    known = {(entry.msgctxt or "", entry.msgid): entry for entry in catalogue}
    found = collect()
    catalogue.clear()
    for (context, text), places in found.items():
        entry = known.get((context, text)) or polib.POEntry(msgctxt=context or None, msgid=text)
        entry.occurrences = [(place, "") for place in sorted(places)]
        catalogue.append(entry)
        if not entry.msgstr:
            print(f"messages: no English yet: {text}")
    catalogue.save(str(CATALOGUE))


def collect() -> dict[Message, set[str]]:
    """Every text a page may show, with the files it comes from. Needs Django set up."""
    found: dict[Message, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.html")):
        _add(found, in_template(path.read_text(encoding="utf-8")), path)
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        _add(found, marked(tree), path)
        _add(found, spoken(tree, speaker=str(path.relative_to(PACKAGE)) in SPEAKERS), path)
    for text in listed():
        found.setdefault(("", text), set()).add("code lists")
    return found


def _add(found: dict[Message, set[str]], messages: Iterable[Message], path: Path) -> None:
    for message in messages:
        found.setdefault(message, set()).add(str(path.relative_to(PACKAGE)))


def in_template(source: str) -> Iterator[Message]:
    """Texts marked with trans, blocktrans and _("...") in a template."""
    from django.utils.translation.template import templatize

    for name, *literals in IN_TEMPLATE.findall(templatize(source)):
        texts = [ast.literal_eval(literal) for literal in literals if literal]
        yield (texts[0], texts[1]) if name == "pgettext" else ("", texts[0])


def marked(tree: ast.AST) -> Iterator[Message]:
    """Texts marked in Python with one of the gettext functions."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if node.func.id in MARKS and len(texts) == 1:
            yield "", texts[0]
        elif node.func.id in MARKS_WITH_CONTEXT and len(texts) == 2:
            yield texts[0], texts[1]


def spoken(tree: ast.AST, *, speaker: bool) -> Iterator[Message]:
    """Fixed sentences of running code: steps of a stage and, in a speaking module, refusals and remarks."""
    for node in ast.walk(tree):
        said: list[ast.AST | None] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TELLERS:
            said = node.args[:1]
        elif speaker and isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            said = node.exc.args[:1]
        elif speaker and isinstance(node, ast.Return):
            said = [node.value]
        elif speaker and isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", "") == "message":
            said = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
        for value in said:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and CHINESE.search(value.value):
                yield "", value.value


def listed() -> Iterator[str]:
    """Labels of code lists, columns, indicators and stages."""
    from django.apps import apps

    from jobbridge.apps.cycle.stages import STAGES
    from jobbridge.apps.imports.columns import kind_tables
    from jobbridge.apps.indicators.data import INDICATORS
    from jobbridge.apps.registry import words

    for model in apps.get_models():
        if model.__module__.startswith("jobbridge.apps."):
            for field in model._meta.concrete_fields:
                for _value, label in getattr(field, "base_field", field).flatchoices:
                    if CHINESE.search(str(label)):
                        yield str(label)
    for table in (words.RELATIONS, words.EDUCATION, words.LABOUR_SKILLS):
        yield from table.values()
    for kind in kind_tables().values():
        yield from kind.labels.values()
    for indicator in INDICATORS:
        yield from (indicator.name, indicator.definition)
    for stage in STAGES:
        yield stage.advice


if __name__ == "__main__":
    sys.exit(main())
