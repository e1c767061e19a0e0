-- safe while old code runs: yes, because it only adds.

create type booking.booking_state as enum (
  'HELD', 'PROCESSING', 'CONFIRMED', 'ACTIVE', 'COMPLETED', 'CANCELLED', 'EXPIRED', 'NEEDS_REVIEW'
);
create type booking.bookable_kind as enum ('VEHICLE');
create type booking.cancel_reason as enum ('CUSTOMER', 'OPERATOR', 'PAYMENT_FAILED');

-- Every legal move of a booking; the same rows as `moves` in subgraphs/booking/src/domain/booking.ts, compared by a test.
create table booking.legal_move (
  name text not null,
  from_state booking.booking_state not null,
  to_state booking.booking_state not null,
  primary key (name, from_state, to_state)
);
insert into booking.legal_move (name, from_state, to_state) values
  ('extend', 'HELD', 'HELD'),
  ('claim', 'HELD', 'PROCESSING'),
  ('decline', 'PROCESSING', 'HELD'),
  ('decline', 'PROCESSING', 'CANCELLED'),
  ('confirm', 'PROCESSING', 'CONFIRMED'),
  ('start', 'CONFIRMED', 'ACTIVE'),
  ('complete', 'ACTIVE', 'COMPLETED'),
  ('cancel', 'HELD', 'CANCELLED'),
  ('cancel', 'CONFIRMED', 'CANCELLED'),
  ('expire', 'HELD', 'EXPIRED'),
  ('expire', 'CONFIRMED', 'EXPIRED'),
  ('review', 'PROCESSING', 'NEEDS_REVIEW'),
  ('confirm', 'NEEDS_REVIEW', 'CONFIRMED'),
  ('decline', 'NEEDS_REVIEW', 'CANCELLED');

-- What is allowed for a kind of bookable. Rows, so that an operator changes them without a deployment.
create table booking.policy (
  kind booking.bookable_kind primary key,
  hold_seconds integer not null check (hold_seconds > 0),
  extend_seconds integer not null check (extend_seconds >= 0),
  -- A claim gives payment this long before the booking goes to review.
  process_seconds integer not null check (process_seconds > 0),
  start_seconds integer not null check (start_seconds > 0),
  max_attempts integer not null check (max_attempts > 0),
  max_items integer not null check (max_items > 0),
  max_open_holds integer not null check (max_open_holds > 0),
  max_holds_per_minute integer not null check (max_holds_per_minute > 0),
  -- After this many holds in a row were left to expire, none for `cool_down_seconds`.
  max_abandoned integer not null check (max_abandoned > 0),
  cool_down_seconds integer not null check (cool_down_seconds >= 0)
);
insert into booking.policy values ('VEHICLE', 300, 300, 300, 600, 5, 1, 3, 10, 3, 900);

create table booking.price_plan (
  id text primary key,
  name text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  unlock_minor integer not null check (unlock_minor >= 0),
  per_minute_minor integer not null check (per_minute_minor >= 0),
  cap_minor integer not null check (cap_minor >= unlock_minor),
  -- Frozen on the card before the ride; a fare above it is captured up to it.
  authorise_minor integer not null check (authorise_minor > 0)
);

-- Things that exist once. `holder` is the booking that has it; free when null or when the hold has run out.
create table booking.bookable (
  id uuid primary key,
  kind booking.bookable_kind not null references booking.policy (kind),
  -- What clients name it by. Changes after every use (GBFS privacy rule), so it is never a key elsewhere.
  public_id uuid not null unique,
  price_plan_id text not null references booking.price_plan (id),
  -- Two facts, because each comes and goes without the other: out of service, and out of radio contact.
  withdrawn boolean not null default false,
  offline boolean not null default false,
  -- No index on what a hold writes: the update stays on its page (HOT). From a booking to its things lead its bookable_ids.
  holder uuid,
  -- Infinity while the holder may not be pushed aside by time alone (paid or paying).
  held_until timestamptz,
  latitude double precision,
  longitude double precision,
  check ((holder is null) = (held_until is null))
) with (fillfactor = 70);
-- For the nearest free ones, when the wanted one is taken: `order by point(...) <-> point(...)` walks it.
create index bookable_place on booking.bookable using gist (point(longitude, latitude));

-- Whether nobody has it, or only somebody whose time has run out. The sweeper only tidies what this says already.
create function booking.is_free(b booking.bookable) returns boolean
language sql stable as $$
  select b.holder is null or b.held_until <= now();
$$;

create table booking.booking (
  id uuid primary key,
  customer_id uuid not null,
  kind booking.bookable_kind not null,
  bookable_ids uuid[] not null check (cardinality(bookable_ids) > 0),
  state booking.booking_state not null default 'HELD',
  currency text not null,
  authorise_minor integer not null,
  -- HELD: the hold's end. PROCESSING: payment's deadline. CONFIRMED: to be started before. Else null.
  expires_at timestamptz,
  extended boolean not null default false,
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  -- The end of the hold to come back to when a card is declined.
  hold_expires_at timestamptz not null,
  payment_id uuid,
  confirmed_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  cancel_reason booking.cancel_reason,
  fare_minor integer,
  fare_lines jsonb,
  traceparent text,
  check ((state in ('HELD', 'PROCESSING', 'CONFIRMED')) = (expires_at is not null)),
  check ((state = 'CANCELLED') = (cancel_reason is not null)),
  check (state not in ('ACTIVE', 'COMPLETED') or started_at is not null),
  check ((state = 'COMPLETED') = (fare_minor is not null))
) with (fillfactor = 70);
create index booking_customer on booking.booking (customer_id, created_at desc, id desc);
-- What time alone may end.
create index booking_due on booking.booking (expires_at) where state in ('HELD', 'CONFIRMED');

create table booking.booking_item (
  booking_id uuid not null references booking.booking (id),
  bookable_id uuid not null references booking.bookable (id),
  currency text not null,
  unlock_minor integer not null,
  per_minute_minor integer not null,
  cap_minor integer not null,
  authorise_minor integer not null,
  -- True exactly while the booking occupies the thing.
  live boolean not null default true,
  primary key (booking_id, bookable_id)
) with (fillfactor = 70);
-- One thing, one holder. Whatever a statement or a process gets wrong, this index says no.
create unique index one_live_booking_per_bookable on booking.booking_item (bookable_id) where live;

-- requestId of a mutation that takes something: asked twice, answered the same.
create table booking.request (
  customer_id uuid not null,
  request_id uuid not null,
  operation text not null,
  input_hash bytea not null,
  booking_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (customer_id, request_id)
);
create index request_created on booking.request (created_at);

-- Counters per customer, changed by the same statement as the booking: counting rows would be a race.
create table booking.customer (
  customer_id uuid primary key,
  open_holds integer not null check (open_holds >= 0),
  minute_from timestamptz not null,
  holds_this_minute integer not null,
  abandoned integer not null default 0,
  cool_down_until timestamptz
) with (fillfactor = 70);

create function booking.event(p_booking booking.booking, p_type text, p_data jsonb) returns bigint
language sql as $$
  insert into booking.outbox (subject, type, data, traceparent)
  values (
    p_booking.id,
    p_type,
    jsonb_build_object('bookingId', p_booking.id) || p_data,
    p_booking.traceparent
  )
  returning id;
$$;

-- Everything that must be true with a new hold: the customer's limits and the event.
create function booking.on_hold() returns trigger
language plpgsql as $$
declare
  policy booking.policy;
  customer booking.customer;
begin
  select * into strict policy from booking.policy where kind = new.kind;
  insert into booking.customer as r (customer_id, open_holds, minute_from, holds_this_minute)
  values (new.customer_id, 1, now(), 1)
  on conflict (customer_id) do update set
    open_holds = r.open_holds + 1,
    minute_from = case when r.minute_from <= now() - interval '1 minute' then now() else r.minute_from end,
    holds_this_minute = case when r.minute_from <= now() - interval '1 minute' then 1 else r.holds_this_minute + 1 end
  returning * into customer;
  if customer.cool_down_until > now() then
    raise exception 'customer is cooling down' using errcode = 'HB003', detail = to_jsonb(customer.cool_down_until) #>> '{}';
  end if;
  if customer.open_holds > policy.max_open_holds then
    raise exception 'too many open holds' using errcode = 'HB001', detail = policy.max_open_holds::text;
  end if;
  if customer.holds_this_minute > policy.max_holds_per_minute then
    raise exception 'too many holds this minute' using
      errcode = 'HB002', detail = to_jsonb(customer.minute_from + interval '1 minute') #>> '{}';
  end if;
  insert into booking.outbox (subject, type, data, traceparent)
  values (
    new.id,
    'HoldPlaced',
    jsonb_build_object(
      'bookingId', new.id, 'customerId', new.customer_id, 'bookableIds', new.bookable_ids, 'expiresAt', new.expires_at),
    new.traceparent
  );
  return null;
end
$$;
create trigger hold_placed after insert on booking.booking for each row execute function booking.on_hold();

-- Everything that must be true with a move, whoever makes it: it is legal, the things follow, the customer's counters
-- follow, the event is written.
-- Lock order everywhere: bookables by id, then customers by id. Who moves a booking locks its bookables first
-- (lock_bookables) and is then alone with its row; who moves several locks all their customers before the first move.
create function booking.on_move() returns trigger
language plpgsql as $$
declare
  policy booking.policy;
begin
  if new.state = old.state and new.expires_at is not distinct from old.expires_at then
    return new;
  end if;
  if not exists (
    select from booking.legal_move where from_state = old.state and to_state = new.state
  ) then
    raise exception 'a booking cannot go from % to %', old.state, new.state using errcode = 'HB000';
  end if;

  if new.state in ('HELD', 'PROCESSING', 'CONFIRMED', 'ACTIVE', 'NEEDS_REVIEW') then
    update booking.bookable
    set held_until = case when new.state = 'HELD' then new.expires_at else 'infinity' end
    where id = any(new.bookable_ids) and holder = new.id;
  else
    update booking.booking_item set live = false where booking_id = new.id and live;
    -- Another booking may have taken them from an expired hold in this very statement; those stay with it.
    update booking.bookable set holder = null, held_until = null where id = any(new.bookable_ids) and holder = new.id;
  end if;

  if old.state in ('HELD', 'PROCESSING', 'NEEDS_REVIEW') and new.state not in ('HELD', 'PROCESSING', 'NEEDS_REVIEW') then
    select * into strict policy from booking.policy where kind = new.kind;
    update booking.customer r set
      open_holds = r.open_holds - 1,
      abandoned = case
        when new.state = 'CONFIRMED' then 0
        when new.state = 'EXPIRED' then (r.abandoned + 1) % policy.max_abandoned
        else r.abandoned
      end,
      cool_down_until = case
        when new.state = 'EXPIRED' and r.abandoned + 1 >= policy.max_abandoned
          then now() + make_interval(secs => policy.cool_down_seconds)
        else r.cool_down_until
      end
    where r.customer_id = new.customer_id;
  end if;

  perform case
    when new.state = 'CONFIRMED' then booking.event(new, 'BookingConfirmed', jsonb_build_object(
      'customerId', new.customer_id, 'bookableIds', to_jsonb(new.bookable_ids), 'startBy', new.expires_at))
    when new.state = 'ACTIVE' then booking.event(new, 'BookingStarted', jsonb_build_object(
      'customerId', new.customer_id, 'bookableIds', to_jsonb(new.bookable_ids), 'startedAt', new.started_at))
    when new.state = 'COMPLETED' then booking.event(new, 'BookingCompleted', jsonb_build_object(
      'customerId', new.customer_id, 'bookableIds', to_jsonb(new.bookable_ids), 'startedAt', new.started_at, 'endedAt', new.ended_at,
      'fare', jsonb_build_object('amountMinor', new.fare_minor, 'currency', new.currency), 'lines', new.fare_lines))
    when new.state = 'CANCELLED' then booking.event(new, 'BookingCancelled', jsonb_build_object(
      'bookableIds', to_jsonb(new.bookable_ids), 'reason', new.cancel_reason))
    when new.state = 'EXPIRED' and old.state = 'HELD' then booking.event(new, 'HoldExpired', jsonb_build_object(
      'bookableIds', to_jsonb(new.bookable_ids)))
    when new.state = 'EXPIRED' then booking.event(new, 'BookingExpired', jsonb_build_object(
      'bookableIds', to_jsonb(new.bookable_ids)))
    else booking.event(new, 'BookingMoved', jsonb_build_object('state', new.state))
  end;
  return new;
end
$$;
create trigger booking_moved before update of state, expires_at on booking.booking
  for each row execute function booking.on_move();

create function booking.lock_bookables(p_booking_id uuid) returns void
language sql as $$
  select from booking.bookable
  where id = any(array(select unnest(bookable_ids) from booking.booking where id = p_booking_id)) and holder = p_booking_id
  order by id
  for update;
$$;

-- Whether one of them was taken out of service: then there is nothing left to pay for.
create function booking.any_withdrawn(p_bookable_ids uuid[]) returns boolean
language sql stable as $$
  select exists (select from booking.bookable where id = any(p_bookable_ids) and withdrawn);
$$;

-- Published to payment: take a live hold out of time's reach before Stripe is called.
create function booking.claim_for_payment(p_booking_id uuid, p_customer_id uuid, p_payment_id uuid, p_traceparent text)
returns table (
  outcome text, -- CLAIMED, NOT_FOUND (also: another customer's), NOT_PAYABLE, HOLD_EXPIRED
  state booking.booking_state,
  amount_minor integer,
  currency text,
  -- CLAIMED: how many further attempts are left after this one.
  attempts_left integer,
  hold_expires_at timestamptz,
  -- CLAIMED: payment's deadline; from then on the booking can go to review.
  expires_at timestamptz
)
language plpgsql security definer set search_path = booking, pg_temp as $$
#variable_conflict use_column
declare
  b booking.booking;
begin
  perform booking.lock_bookables(p_booking_id);
  select * into b from booking.booking where id = p_booking_id and customer_id = p_customer_id for update;
  if not found then
    return query select 'NOT_FOUND', null::booking.booking_state, null::integer, null::text, null::integer,
      null::timestamptz, null::timestamptz;
    return;
  end if;
  if b.state <> 'HELD' then
    return query select 'NOT_PAYABLE', b.state, b.authorise_minor, b.currency, null::integer, b.hold_expires_at,
      null::timestamptz;
    return;
  end if;
  if b.expires_at <= clock_timestamp() then
    return query select 'HOLD_EXPIRED', b.state, b.authorise_minor, b.currency, null::integer, b.hold_expires_at,
      null::timestamptz;
    return;
  end if;
  update booking.booking u set
    state = 'PROCESSING',
    expires_at = now() + make_interval(secs => p.process_seconds),
    attempts = u.attempts + 1,
    payment_id = p_payment_id,
    traceparent = p_traceparent
  from booking.policy p
  where u.id = b.id and p.kind = u.kind
  returning u.* into b;
  return query
    select 'CLAIMED', b.state, b.authorise_minor, b.currency,
      (select greatest(p.max_attempts - b.attempts, 0) from booking.policy p where p.kind = b.kind), b.hold_expires_at,
      b.expires_at;
end
$$;

-- Published to payment: the money is authorised. False: the claim is lost, or there is nothing to use any more and the
-- booking ends here; void the authorisation.
create function booking.confirm_paid(p_booking_id uuid, p_payment_id uuid, p_traceparent text) returns boolean
language plpgsql security definer set search_path = booking, pg_temp as $$
begin
  perform booking.lock_bookables(p_booking_id);
  update booking.booking b set
    state = 'CONFIRMED',
    confirmed_at = now(),
    expires_at = now() + make_interval(secs => p.start_seconds),
    traceparent = p_traceparent
  from booking.policy p
  where b.id = p_booking_id and p.kind = b.kind and b.payment_id = p_payment_id
    and b.state in ('PROCESSING', 'NEEDS_REVIEW')
    and not booking.any_withdrawn(b.bookable_ids);
  if found then
    return true;
  end if;
  update booking.booking
  set state = 'CANCELLED', cancel_reason = 'OPERATOR', expires_at = null, traceparent = p_traceparent
  where id = p_booking_id and payment_id = p_payment_id and state in ('PROCESSING', 'NEEDS_REVIEW');
  return false;
end
$$;

-- Published to payment: definitely no money. The hold goes on while it has time, attempts and its things; returns what became of
-- it, null when this payment had no claim on the booking any more.
create function booking.decline_payment(p_booking_id uuid, p_payment_id uuid, p_traceparent text)
returns booking.booking_state
language plpgsql security definer set search_path = booking, pg_temp as $$
declare
  b booking.booking;
  goes_on boolean;
begin
  perform booking.lock_bookables(p_booking_id);
  select * into b from booking.booking
  where id = p_booking_id and payment_id = p_payment_id and state in ('PROCESSING', 'NEEDS_REVIEW') for update;
  if not found then
    return null;
  end if;
  goes_on := b.state = 'PROCESSING'
    and b.hold_expires_at > clock_timestamp()
    and b.attempts < (select max_attempts from booking.policy where kind = b.kind)
    and not booking.any_withdrawn(b.bookable_ids);
  update booking.booking set
    state = case when goes_on then 'HELD' else 'CANCELLED' end::booking.booking_state,
    expires_at = case when goes_on then b.hold_expires_at end,
    cancel_reason = case when not goes_on then 'PAYMENT_FAILED' end::booking.cancel_reason,
    traceparent = p_traceparent
  where id = b.id;
  return case when goes_on then 'HELD' else 'CANCELLED' end::booking.booking_state;
end
$$;

-- Published to payment: the deadline passed and Stripe's answer is still unknown. The things stay held.
create function booking.review_payment(p_booking_id uuid, p_payment_id uuid, p_traceparent text) returns boolean
language plpgsql security definer set search_path = booking, pg_temp as $$
begin
  perform booking.lock_bookables(p_booking_id);
  update booking.booking set state = 'NEEDS_REVIEW', expires_at = null, traceparent = p_traceparent
  where id = p_booking_id and payment_id = p_payment_id and state = 'PROCESSING' and expires_at <= now();
  return found;
end
$$;

-- Published to fleet: may this customer open (or close) the thing of this booking now? No row: no such booking for them.
create function booking.access(p_booking_id uuid, p_customer_id uuid)
returns table (state booking.booking_state, bookable_ids uuid[], expires_at timestamptz)
language sql stable security definer set search_path = booking, pg_temp as $$
  select b.state, b.bookable_ids, b.expires_at from booking.booking b where b.id = p_booking_id and b.customer_id = p_customer_id;
$$;

-- Published to fleet: the lock opened. False: the booking is over, so the vehicle must be locked again.
create function booking.start(p_booking_id uuid, p_started_at timestamptz, p_traceparent text) returns boolean
language plpgsql security definer set search_path = booking, pg_temp as $$
begin
  perform booking.lock_bookables(p_booking_id);
  update booking.booking
  set state = 'ACTIVE', started_at = p_started_at, expires_at = null, traceparent = p_traceparent
  where id = p_booking_id and state = 'CONFIRMED';
  return found;
end
$$;

alter function booking.claim_for_payment owner to booking;
alter function booking.confirm_paid owner to booking;
alter function booking.decline_payment owner to booking;
alter function booking.review_payment owner to booking;
alter function booking.access owner to booking;
alter function booking.start owner to booking;
revoke execute on all functions in schema booking from public;
grant execute on all functions in schema booking to booking;
grant usage on schema booking to payment, fleet;
grant execute on function booking.claim_for_payment, booking.confirm_paid, booking.decline_payment, booking.review_payment to payment;
grant execute on function booking.access, booking.start to fleet;
revoke insert, update, delete on booking.legal_move from booking;
