"""Which role may write what, asked of the database and tried."""

from collections.abc import AsyncIterator
from itertools import product

import asyncpg
import pytest

APP, POSTER, RELAY = ROLES = ("meguru_app", "meguru_poster", "meguru_relay")
EVERYBODY = "public"
FUNCTIONS_ONLY = ("account", "journal", "entry", "event", "guard", "hold")
"""Written by ledger_post and by nobody else."""
LEDGER = (*FUNCTIONS_ONLY, "lot", "journal_note", "holder")
WRITES = {
    (APP, "lot", "INSERT"): "charge opens the lots that it issues into",
    (APP, "holder", "INSERT"): "a wallet or a store is opened",
    (APP, "holder", "UPDATE"): "of its state: frozen or not",
    (APP, "journal_note", "DELETE"): "free text is erased on request",
}
"""Every direct write of the ledger's tables that is granted."""

PRIVILEGES = """select (role, name, privilege)::text from unnest($1::text[]) role, unnest($2::text[]) name, unnest($3::text[]) privilege
  where case when privilege in ('INSERT', 'UPDATE', 'REFERENCES') then has_any_column_privilege(role, name, privilege)
    else has_table_privilege(role, name, privilege) end"""
COLUMNS = """select attname from pg_attribute where attrelid = $2::text::regclass and attnum > 0 and not attisdropped
  and has_column_privilege($1, attrelid, attnum, $3)"""
FUNCTIONS = """select proname, oid::regprocedure::text as written, prosecdef, proconfig, has_function_privilege('public', oid, 'EXECUTE') as everybody,
  array(select role from unnest($1::text[]) role where has_function_privilege(role, oid, 'EXECUTE')) as roles
  from pg_proc where pronamespace = 'public'::regnamespace"""
LOCK = "select * from ledger_lock('{}', '{}', true)"
POST = "select ledger_post('{}', '{}', '{}', '{}', '{}', '{}', '{}')"


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    owner = await asyncpg.connect(database_url)
    yield owner
    await owner.close()


async def attempt(connection: asyncpg.Connection, role: str, statement: str) -> str:
    """What the database says to a role's statement; nothing of it stays."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(f"set local role {role}")
        await connection.execute(statement)
    except asyncpg.PostgresError as error:
        return str(error)
    else:
        return "done"
    finally:
        await transaction.rollback()


def written(verb: str, table: str) -> str:
    return {
        "INSERT": f"insert into {table} default values",
        "UPDATE": f"update {table} set municipality_id = municipality_id",
        "DELETE": f"delete from {table}",
        "TRUNCATE": f"truncate {table}",
    }[verb]


async def test_who_may_write_the_ledgers_tables(connection: asyncpg.Connection):
    verbs = ["INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES", "MAINTAIN"]
    granted = {text for (text,) in await connection.fetch(PRIVILEGES, [*ROLES, EVERYBODY], LEDGER, verbs)}
    assert granted == {f"({','.join(right)})" for right in WRITES}
    assert not {table for _, table, _ in WRITES} & set(FUNCTIONS_ONLY)


async def test_app_changes_no_more_of_a_holder_than_its_state(connection: asyncpg.Connection):
    assert [name for (name,) in await connection.fetch(COLUMNS, APP, "holder", "UPDATE")] == ["state"]


@pytest.mark.parametrize("role", ROLES)
async def test_what_is_not_granted_is_refused(connection: asyncpg.Connection, role: str):
    verbs = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
    refused = [
        (verb, table) for verb, table in product(verbs, LEDGER) if (role, table, verb) not in WRITES or verb == "UPDATE"
    ]
    assert len(refused) > 30
    said = {(verb, table): await attempt(connection, role, written(verb, table)) for verb, table in refused}
    assert said == {(verb, table): f"permission denied for table {table}" for verb, table in refused}


async def test_what_is_granted_is_done(connection: asyncpg.Connection):
    assert await attempt(connection, APP, "update holder set state = state") == "done"
    assert await attempt(connection, APP, "delete from journal_note") == "done"


async def test_only_the_poster_calls_the_ledgers_functions(connection: asyncpg.Connection):
    functions = await connection.fetch(FUNCTIONS, ROLES)
    ledger = [function for function in functions if function["proname"].startswith("ledger_")]
    checks = [function for function in functions if function["proname"].startswith("posting_")]
    assert [function["roles"] for function in checks] == [[], [], []], "only ledger_post calls them"
    assert {function["proname"] for function in ledger} >= {"ledger_lock", "ledger_post"}
    assert {function["written"]: function["roles"] for function in ledger} == {
        function["written"]: [POSTER] for function in ledger
    }
    assert [function["written"] for function in functions if function["everybody"]] == []


async def test_the_ledgers_functions_run_as_their_owner_with_a_fixed_path(connection: asyncpg.Connection):
    ledger = [
        function for function in await connection.fetch(FUNCTIONS, ROLES) if function["proname"].startswith("ledger_")
    ]
    assert all(function["prosecdef"] for function in ledger)
    assert {function["proconfig"][0] for function in ledger} == {"search_path=public, pg_temp"}


@pytest.mark.parametrize(("role", "refused"), [(APP, True), (RELAY, True), (POSTER, False)])
async def test_a_call_of_the_ledgers_functions(connection: asyncpg.Connection, role: str, refused: bool):
    for name, statement in (("ledger_lock", LOCK), ("ledger_post", POST)):
        assert await attempt(connection, role, statement) == (
            f"permission denied for function {name}" if refused else "done"
        )


async def test_no_role_is_more_than_it_says(connection: asyncpg.Connection):
    members = "select count(*) from pg_auth_members where member::regrole::text = any ($1)"
    assert await connection.fetchval(members, ROLES) == 0
    strong = "select rolname from pg_roles where rolname = any ($1) and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolcanlogin)"
    assert await connection.fetch(strong, ROLES) == []
    owned = "select relname from pg_class where relowner::regrole::text = any ($1)"
    assert await connection.fetch(owned, ROLES) == []
    for role in (*ROLES, EVERYBODY):
        assert not await connection.fetchval("select has_schema_privilege($1, 'public', 'CREATE')", role)


OTHER_WRITES = {
    "approval": {"INSERT": "", "UPDATE": "approved_at approver end_note end_reason ended_at ended_by state"},
    "control_change": {"INSERT": "", "UPDATE": "applied_at due_at refused"},
    "asset": {
        "INSERT": "",
        "UPDATE": "acceptance balance_cap charge_maximum disclosure_en disclosure_ja minimum_unit name_en name_ja"
        " payment_maximum",
    },
    "audit_entry": {"INSERT": ""},
    "audit_note": {"DELETE": ""},
    "bulk_grant": {
        "INSERT": "",
        "UPDATE": "amount_granted amount_taken_back approve_key ended_at rows_cancelled rows_granted rows_refused rows_undone state undo_key undo_reason"
        " undone_by",
    },
    "bulk_grant_row": {
        "INSERT": "",
        "UPDATE": "journal_id problem problem_data state taken_back undo_journal_id undo_problem undo_state",
    },
    "conversion_rate": {"INSERT": ""},
    "coupon": {"INSERT": "", "UPDATE": "ends_at name_en name_ja stopped_at"},
    "counter_tries": {"INSERT": "", "UPDATE": "day tries"},
    "earning_rule": {"INSERT": "", "UPDATE": "stopped_at"},
    "funding_source": {"INSERT": "", "UPDATE": "label removed_at token"},
    "grant_proposal": {"INSERT": ""},
    "holder_access": {"INSERT": "", "UPDATE": "revoked_at"},
    "job": {"INSERT": ""},
    "municipality": {
        "INSERT": "",
        "UPDATE": "budget_threshold bulk_grant_threshold charge_cancel_minutes grant_threshold name",
    },
    "person": {"INSERT": "", "UPDATE": "session_version"},
    "person_claim": {"DELETE": "", "INSERT": "", "UPDATE": ""},
    "person_name": {"DELETE": "", "INSERT": "", "UPDATE": ""},
    "programme": {"INSERT": "", "UPDATE": "budget budget_began ends_at name_en name_ja"},
    "provider_authorisation": {"INSERT": "", "UPDATE": "closed_at state"},
    "receive_code": {"INSERT": "", "UPDATE": "ended_at"},
    "store": {
        "INSERT": "",
        "UPDATE": "address area category charge_agent latitude_microdegrees longitude_microdegrees merchant_category_code name name_kana name_roman"
        " opening_hours postal_code size_class store_group",
    },
    "upload": {"INSERT": "", "UPDATE": "bytes received_at sha256 state"},
    "try_count": {"DELETE": "", "INSERT": "", "UPDATE": "full_at"},
    "upload_chunk": {"DELETE": "", "INSERT": ""},
    "voucher_gift": {"INSERT": "", "UPDATE": "attempts issued_at pin_digest salt secret_digest serial_digest"},
    "voucher_part": {"INSERT": "", "UPDATE": "asset_id"},
    "voucher_product": {"INSERT": ""},
    "wallet": {"INSERT": ""},
}
"""What the server may write beside the ledger; for what it may not write whole, the columns. A new table has its row here."""
EVERY_WRITE = """select c.relname::text as name, p.privilege, case when p.privilege in ('INSERT', 'UPDATE')
    and not has_table_privilege($1, c.oid, p.privilege) then (select string_agg(attname::text, ' ' order by attname) from pg_attribute a
      where a.attrelid = c.oid and attnum > 0 and not attisdropped and has_column_privilege($1, c.oid, attnum, p.privilege)) end as columns
  from pg_class c, unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p(privilege)
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> all ($2::text[])
    and case when p.privilege in ('INSERT', 'UPDATE') then has_any_column_privilege($1, c.oid, p.privilege)
      else has_table_privilege($1, c.oid, p.privilege) end"""


async def test_who_may_write_every_other_table(connection: asyncpg.Connection):
    rights: dict[str, dict[str, str]] = {}
    for name, privilege, columns in await connection.fetch(EVERY_WRITE, APP, LEDGER):
        rights.setdefault(name, {})[privilege] = columns or ""
    assert rights == OTHER_WRITES
    assert await connection.fetch(EVERY_WRITE, POSTER, LEDGER) == []
    relay = {(name, privilege) for name, privilege, _ in await connection.fetch(EVERY_WRITE, RELAY, LEDGER)}
    assert relay == {("job", "INSERT"), ("job", "UPDATE"), ("job", "DELETE")}


@pytest.mark.parametrize("table", ["audit_entry", "conversion_rate", "grant_proposal"])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
async def test_what_was_written_down_stays_whoever_writes(connection: asyncpg.Connection, table: str, verb: str):
    """Also for the owner, whom no grant holds back."""
    transaction = connection.transaction()
    await transaction.start()
    with pytest.raises(asyncpg.PostgresError, match="append"):
        await connection.execute(written(verb, table))
    await transaction.rollback()


async def test_whatever_belongs_to_a_town_is_joined_with_its_town(connection: asyncpg.Connection):
    """A foreign key without the town could join rows of two towns. People stand above the towns, and towns above nobody."""
    loose = await connection.fetch(
        """select conrelid::regclass::text as name, pg_get_constraintdef(oid) as written from pg_constraint
          where contype = 'f' and connamespace = 'public'::regnamespace and confrelid <> all (array['person', 'municipality']::regclass[])
            and pg_get_constraintdef(oid) not like 'FOREIGN KEY (municipality_id,%'"""
    )
    assert loose == []
