#!/bin/sh
# Makes the login of the API and push processes. It owns nothing and inherits nothing: each connection takes one of the roles.
# Runs once, when the database is made; may be run again by hand, to change the password:
#   MEGURU_SERVER_PASSWORD=... POSTGRES_USER=meguru POSTGRES_DB=meguru sh deploy/postgres/init.sh
set -eu
: "${MEGURU_SERVER_PASSWORD:?the password of the login meguru_server}"

# The password reaches psql by the environment: a command line can be read by every user of the machine.
psql -X -q -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv password MEGURU_SERVER_PASSWORD
set client_min_messages = 'warning';
set log_statement = 'none';
set log_min_error_statement = 'panic';
select format('create role %I nologin', name)
from unnest(array['meguru_app', 'meguru_poster', 'meguru_relay']) as name
where not exists (select from pg_roles where rolname = name) \gexec
select 'create role meguru_server' where not exists (select from pg_roles where rolname = 'meguru_server') \gexec
alter role meguru_server login noinherit nosuperuser nocreatedb nocreaterole noreplication password :'password';
grant meguru_app, meguru_poster, meguru_relay to meguru_server;
SQL
