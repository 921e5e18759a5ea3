-- Civil Code, article 143(2): a period of months ends on the day before the corresponding day, or, where the last month has no such day, with that
-- month. The constraint refused that last day: adding six months to 31 March gives 30 September, whose end it did not allow. Every row of before holds
-- under the new one. `lot` has a row for each day and kind of issue, so the check of its rows is short.
do $$
begin
  if not exists (
    select from pg_constraint where conrelid = 'lot'::regclass and conname = 'lot_six_months' and pg_get_constraintdef(oid) like '%1 day%'
  ) then
    alter table lot drop constraint if exists lot_six_months;
    alter table lot add constraint lot_six_months check (
      not six_month_exempt or (expires_at is not null and issued_at is not null
        and expires_at <= ((issued_at at time zone 'Asia/Tokyo') + interval '6 months'
          + case when extract(day from (issued_at at time zone 'Asia/Tokyo') + interval '6 months')
              < extract(day from issued_at at time zone 'Asia/Tokyo') then interval '1 day' else interval '0' end) at time zone 'Asia/Tokyo'));
  end if;
end
$$;
