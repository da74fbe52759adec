"""What the application finds in the database of the embedded server."""

import psycopg
import pytest


@pytest.fixture
def connection(cluster):
    with psycopg.connect(cluster.start()) as opened:
        yield opened


def test_the_role_can_neither_pass_row_level_security_nor_create_roles(connection):
    row = connection.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row == (False, False, False, False)


def test_the_trigram_index_sees_chinese(connection):
    assert connection.execute("SELECT cardinality(show_trgm(%s))", ["欧阳建国"]).fetchone()[0] > 3


def test_order_is_by_code_point_and_never_changes_with_the_system(connection):
    rows = connection.execute("SELECT v FROM (VALUES ('b'), ('B'), ('张'), ('丁'), ('a')) t(v) ORDER BY v").fetchall()
    assert [row[0] for row in rows] == ["B", "a", "b", "丁", "张"]


def test_a_database_the_role_creates_has_the_extensions(cluster):
    with psycopg.connect(cluster.start(), autocommit=True) as opened:
        opened.execute("CREATE DATABASE another")
        with psycopg.connect(cluster.url("another")) as inside:
            names = {row[0] for row in inside.execute("SELECT extname FROM pg_extension")}
        opened.execute("DROP DATABASE another")
    assert {"pg_trgm", "btree_gin", "btree_gist"} <= names


@pytest.mark.parametrize("host", ["127.0.0.1", "socket"])
def test_nobody_gets_in_without_the_password(cluster, host):
    parts = psycopg.conninfo.conninfo_to_dict(cluster.start())
    if host == "socket":
        host = str(cluster.sockets)
    for user in (parts["user"], "postgres"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**{**parts, "host": host, "user": user, "password": "wrong"})


def test_an_error_does_not_carry_data_into_the_log(cluster, connection):
    connection.execute("CREATE TEMP TABLE t (id text PRIMARY KEY)")
    connection.execute("INSERT INTO t VALUES ('990000190001010000')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("INSERT INTO t VALUES ('990000190001010000')")
    assert "990000190001010000" not in cluster.log.read_text()
    assert "duplicate key" in cluster.log.read_text()
