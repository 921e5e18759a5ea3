-- Four group roles, shared by all databases of the cluster. The server's login is a member of app, poster and relay and
-- takes one of them per connection; only `meguru migrate` connects as the owner of the tables.
do $$
declare
  name text;
begin
  foreach name in array array['meguru_app', 'meguru_poster', 'meguru_relay'] loop
    begin
      execute format('create role %I nologin', name);
    exception when duplicate_object or unique_violation then
      null; -- another database of this cluster, or a migration at the same moment, made it
    end;
  end loop;
end $$;
