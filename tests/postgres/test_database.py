"""What the application finds in the database it is given."""

import psycopg
import pytest
from django.db import connection

from jobbridge.postgres import external_url

pytestmark = pytest.mark.django_db


def one(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()[0]


def test_the_role_can_neither_pass_row_level_security_nor_create_roles():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)


def test_the_trigram_index_sees_chinese():
    assert one("SELECT cardinality(show_trgm(%s))", "欧阳建国") > 3


def test_a_test_database_has_the_extensions_from_the_template():
    assert one("SELECT count(*) FROM pg_extension WHERE extname IN ('pg_trgm', 'btree_gin', 'btree_gist')") == 3


def test_code_point_order_is_the_default():
    with connection.cursor() as cursor:
        cursor.execute("SELECT v FROM (VALUES ('b'), ('B'), ('张'), ('丁'), ('a')) t(v) ORDER BY v")
        assert [row[0] for row in cursor.fetchall()] == ["B", "a", "b", "丁", "张"]


def test_a_wrong_password_is_refused(database_server):
    parts = psycopg.conninfo.conninfo_to_dict(external_url() or database_server)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**{**parts, "password": "wrong"})
