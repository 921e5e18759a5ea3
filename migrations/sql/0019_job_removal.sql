-- The scheduler removes the rows of jobs that its version does not have. Some databases have this grant already.
grant delete on job to meguru_relay;
