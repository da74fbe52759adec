"""Names of employers, said and on record."""

import pytest

from jobbridge.apps.employers.rules import names_agree


@pytest.mark.parametrize(
    ("said", "known", "agree"),
    [
        ("样例灯具厂", "样例灯具厂", True),
        ("云阳县样例灯具厂有限公司", "样例灯具厂", True),
        ("样例灯具厂", "云阳县样例灯具厂有限公司", True),
        ("", "样例灯具厂", True),
        ("样例鞋厂", "样例灯具厂", False),
    ],
)
def test_a_name_stands_for_the_one_on_record(said: str, known: str, agree: bool):
    assert names_agree(said, known) is agree
