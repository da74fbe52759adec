"""Rules as data: dated definitions with three-valued answers, for one row in Python or millions in SQL.

    definitions = load(path)
    seeking = pick(definitions, "seeking", day)
    seeking.compile(day, facts="person_facts", dialect="postgres", key="person_id").sql
    evaluate_one(seeking, {"age_years": 30, ...}, day).reasons

See `expression` for the condition language and `facts` for the words it may use.
"""

from .compile import DIALECTS, Answer, Compiled, Reason, compile_definition, explain, verdicts_sql
from .definition import Condition, Definition, Parameter, Period, Value, pick
from .errors import RuleError
from .evaluate import Outcome, evaluate_one
from .facts import HOUSEHOLD_FACTS, PERSON_FACTS, VOCABULARY, Fact, Unit, ValueType
from .households import ROLES, household_facts_sql, person_verdicts_sql
from .load import load

__all__ = [
    "DIALECTS",
    "HOUSEHOLD_FACTS",
    "PERSON_FACTS",
    "ROLES",
    "VOCABULARY",
    "Answer",
    "Compiled",
    "Condition",
    "Definition",
    "Fact",
    "Outcome",
    "Parameter",
    "Period",
    "Reason",
    "RuleError",
    "Unit",
    "Value",
    "ValueType",
    "compile_definition",
    "evaluate_one",
    "explain",
    "household_facts_sql",
    "load",
    "person_verdicts_sql",
    "pick",
    "verdicts_sql",
]
