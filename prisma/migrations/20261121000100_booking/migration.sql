-- safe while old code runs: yes, because it only adds.

create type booking.booking_state as enum (
  'HELD', 'PROCESSING', 'CONFIRMED', 'ACTIVE', 'COMPLETED', 'CANCELLED', 'EXPIRED', 'NEEDS_REVIEW'
);
create type booking.bookable_kind as enum ('VEHICLE');
create type booking.cancel_reason as enum ('CUSTOMER', 'OPERATOR', 'PAYMENT_FAILED');

-- Every legal move of a booking: the same rows as `moves` in subgraphs/booking/src/domain/booking.ts. A test compares them.
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

-- The limits for a kind of bookable. They are rows, so that an operator can change them without a deployment.
create table booking.policy (
  kind booking.bookable_kind primary key,
  hold_seconds integer not null check (hold_seconds > 0),
  extend_seconds integer not null check (extend_seconds >= 0),
  -- How long payment has after a claim, before the booking can go to review.
  process_seconds integer not null check (process_seconds > 0),
  start_seconds integer not null check (start_seconds > 0),
  max_attempts integer not null check (max_attempts > 0),
  max_items integer not null check (max_items > 0),
  max_open_holds integer not null check (max_open_holds > 0),
  max_holds_per_minute integer not null check (max_holds_per_minute > 0),
  -- After this many expired holds in a row a customer cannot place a hold for `cool_down_seconds`.
  max_abandoned integer not null check (max_abandoned > 0),
  cool_down_seconds integer not null check (cool_down_seconds >= 0)
);
insert into booking.policy values ('VEHICLE', 300, 300, 300, 600, 5, 1, 3, 10, 3, 900);

-- Amounts are in the currency's minor unit.
create table booking.price_plan (
  id text primary key,
  name text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  unlock_minor integer not null check (unlock_minor >= 0),
  per_minute_minor integer not null check (per_minute_minor >= 0),
  cap_minor integer not null check (cap_minor >= unlock_minor),
  -- Authorised on the card before the ride; at most this much of a fare is captured.
  authorise_minor integer not null check (authorise_minor > 0)
);

-- What can be booked, each by one booking at a time.
create table booking.bookable (
  id uuid primary key,
  kind booking.bookable_kind not null references booking.policy (kind),
  -- The id that clients see. It changes after every ride (privacy rule of GBFS), so no other table refers to it.
  public_id uuid not null unique,
  price_plan_id text not null references booking.price_plan (id),
  -- Out of service, and out of contact: each changes without the other.
  withdrawn boolean not null default false,
  offline boolean not null default false,
  -- The booking that has it. Free when null, or when `held_until` is over. A hold writes no indexed column, so that its update
  -- stays on the same page (HOT). The bookables of a booking are found by its bookable_ids.
  holder uuid,
  -- Infinity when the booking does not end by time alone (paid, or being paid for). JavaScript's Date cannot express it.
  held_until timestamptz,
  latitude double precision,
  longitude double precision,
  check ((holder is null) = (held_until is null))
) with (fillfactor = 70);
-- For the alternatives to a taken bookable: `order by point(...) <-> point(...)` reads it in order of distance.
create index bookable_place on booking.bookable using gist (point(longitude, latitude));

-- Whether nobody has the bookable, or only a hold that has run out. This does not depend on the sweeper.
create function booking.is_free(b booking.bookable) returns boolean
language sql stable as $$
  select b.holder is null or b.held_until <= now();
$$;

-- A customer's claim on one or several bookables.
create table booking.booking (
  id uuid primary key,
  customer_id uuid not null,
  kind booking.bookable_kind not null,
  bookable_ids uuid[] not null check (cardinality(bookable_ids) > 0),
  state booking.booking_state not null default 'HELD',
  currency text not null,
  authorise_minor integer not null,
  -- HELD: end of the hold. PROCESSING: deadline of payment. CONFIRMED: must start before this. Null in every other state.
  expires_at timestamptz,
  extended boolean not null default false,
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  -- End of the hold. It applies again when payment is declined.
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
-- The bookings that end by time alone.
create index booking_due on booking.booking (expires_at) where state in ('HELD', 'CONFIRMED');

-- One booked bookable, with the price agreed when it was held.
create table booking.booking_item (
  booking_id uuid not null references booking.booking (id),
  bookable_id uuid not null references booking.bookable (id),
  currency text not null,
  unlock_minor integer not null,
  per_minute_minor integer not null,
  cap_minor integer not null,
  authorise_minor integer not null,
  -- Whether the booking is live.
  live boolean not null default true,
  primary key (booking_id, bookable_id)
) with (fillfactor = 70);
-- One bookable, one holder. This index refuses a second holder, whatever mistake a statement or a process makes.
create unique index one_live_booking_per_bookable on booking.booking_item (bookable_id) where live;

-- The requestIds of successful mutations: a repeated request is answered with the same booking.
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

-- Counters per customer, updated in the transaction that changes the booking. Counting rows instead would be a race.
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

-- With each new hold: checks the customer's limits and writes the event.
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

-- With each move of a booking: checks that it is legal, updates the bookables and the customer's counters, writes the event.
-- Lock order everywhere: rows of bookables by id, then rows of customers by id. A statement that moves a booking first locks the
-- rows of its bookables (lock_bookable_rows), so no other one moves that booking. A statement that moves several bookings
-- locks the rows of all their customers before its first move.
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
    -- A hold that replaces this overdue one has taken its bookables earlier in the same statement. Those have a new holder.
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

-- Locks the rows of the bookables that the booking has, in the order of their ids.
create function booking.lock_bookable_rows(p_booking_id uuid) returns void
language sql as $$
  select from booking.bookable
  where id = any(array(select unnest(bookable_ids) from booking.booking where id = p_booking_id)) and holder = p_booking_id
  order by id
  for update;
$$;

-- Whether one of the bookables is out of service. Then the booking is not paid for.
create function booking.any_withdrawn(p_bookable_ids uuid[]) returns boolean
language sql stable as $$
  select exists (select from booking.bookable where id = any(p_bookable_ids) and withdrawn);
$$;

-- Published to payment: keeps a hold from expiring while Stripe is asked.
create function booking.claim_for_payment(p_booking_id uuid, p_customer_id uuid, p_payment_id uuid, p_traceparent text)
returns table (
  outcome text, -- CLAIMED, NOT_FOUND (also for another customer's booking), NOT_PAYABLE, HOLD_EXPIRED
  state booking.booking_state,
  amount_minor integer,
  currency text,
  -- CLAIMED: the number of attempts left after this one.
  attempts_left integer,
  hold_expires_at timestamptz,
  -- CLAIMED: deadline of payment. After it the booking can go to review.
  expires_at timestamptz
)
language plpgsql security definer set search_path = booking, pg_temp as $$
#variable_conflict use_column
declare
  b booking.booking;
begin
  perform booking.lock_bookable_rows(p_booking_id);
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

-- Published to payment: the money is authorised. Returns false when the authorisation must be voided: the payment has no claim
-- on the booking any more, or a bookable is out of service and the booking is cancelled here.
create function booking.confirm_paid(p_booking_id uuid, p_payment_id uuid, p_traceparent text) returns boolean
language plpgsql security definer set search_path = booking, pg_temp as $$
begin
  perform booking.lock_bookable_rows(p_booking_id);
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

-- Published to payment: the payment has failed for certain. The booking returns to HELD while it has time, attempts and its
-- bookables; otherwise it is cancelled. Returns its new state, or null when this payment has no claim on it any more.
create function booking.decline_payment(p_booking_id uuid, p_payment_id uuid, p_traceparent text)
returns booking.booking_state
language plpgsql security definer set search_path = booking, pg_temp as $$
declare
  b booking.booking;
  returns_to_hold boolean;
begin
  perform booking.lock_bookable_rows(p_booking_id);
  select * into b from booking.booking
  where id = p_booking_id and payment_id = p_payment_id and state in ('PROCESSING', 'NEEDS_REVIEW') for update;
  if not found then
    return null;
  end if;
  returns_to_hold := b.state = 'PROCESSING'
    and b.hold_expires_at > clock_timestamp()
    and b.attempts < (select max_attempts from booking.policy where kind = b.kind)
    and not booking.any_withdrawn(b.bookable_ids);
  update booking.booking set
    state = case when returns_to_hold then 'HELD' else 'CANCELLED' end::booking.booking_state,
    expires_at = case when returns_to_hold then b.hold_expires_at end,
    cancel_reason = case when not returns_to_hold then 'PAYMENT_FAILED' end::booking.cancel_reason,
    traceparent = p_traceparent
  where id = b.id;
  return case when returns_to_hold then 'HELD' else 'CANCELLED' end::booking.booking_state;
end
$$;

-- Published to payment: the deadline has passed and Stripe's answer is unknown. The booking keeps its bookables.
create function booking.review_payment(p_booking_id uuid, p_payment_id uuid, p_traceparent text) returns boolean
language plpgsql security definer set search_path = booking, pg_temp as $$
begin
  perform booking.lock_bookable_rows(p_booking_id);
  update booking.booking set state = 'NEEDS_REVIEW', expires_at = null, traceparent = p_traceparent
  where id = p_booking_id and payment_id = p_payment_id and state = 'PROCESSING' and expires_at <= now();
  return found;
end
$$;

-- Published to fleet: what decides whether the customer may unlock or lock the vehicle. No row: the customer has no such booking.
create function booking.access(p_booking_id uuid, p_customer_id uuid)
returns table (state booking.booking_state, bookable_ids uuid[], expires_at timestamptz)
language sql stable security definer set search_path = booking, pg_temp as $$
  select b.state, b.bookable_ids, b.expires_at from booking.booking b where b.id = p_booking_id and b.customer_id = p_customer_id;
$$;

-- Published to fleet: the vehicle was unlocked. Returns false when the booking is not CONFIRMED; the vehicle must be locked again.
create function booking.start(p_booking_id uuid, p_started_at timestamptz, p_traceparent text) returns boolean
language plpgsql security definer set search_path = booking, pg_temp as $$
begin
  perform booking.lock_bookable_rows(p_booking_id);
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
