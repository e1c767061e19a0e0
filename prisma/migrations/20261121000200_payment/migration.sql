-- safe while old code runs: yes, because it only adds.

create type payment.payment_state as enum (
  'AUTHORIZING', 'REQUIRES_ACTION', 'AUTHORIZED', 'CAPTURED', 'VOIDED', 'FAILED'
);
create type payment.pending_action as enum ('CAPTURE', 'VOID');

-- The same rows as `moves` in subgraphs/payment/src/domain/payment.ts, compared by a test.
create table payment.legal_move (
  name text not null,
  from_state payment.payment_state not null,
  to_state payment.payment_state not null,
  primary key (name, from_state, to_state)
);
insert into payment.legal_move (name, from_state, to_state) values
  ('require_action', 'AUTHORIZING', 'REQUIRES_ACTION'),
  ('authorize', 'AUTHORIZING', 'AUTHORIZED'),
  ('authorize', 'REQUIRES_ACTION', 'AUTHORIZED'),
  ('fail', 'AUTHORIZING', 'FAILED'),
  ('fail', 'REQUIRES_ACTION', 'FAILED'),
  ('capture', 'AUTHORIZED', 'CAPTURED'),
  ('void', 'AUTHORIZED', 'VOIDED'),
  ('void', 'REQUIRES_ACTION', 'VOIDED');

-- One attempt to pay for a booking = one row = one PaymentIntent of Stripe. Amounts are in the currency's minor unit.
create table payment.payment (
  id uuid primary key,
  booking_id uuid not null,
  customer_id uuid not null,
  attempt integer not null check (attempt > 0),
  request_id uuid not null,
  input_hash bytea not null,
  state payment.payment_state not null default 'AUTHORIZING',
  payment_method_id text not null,
  amount_minor integer not null check (amount_minor > 0),
  currency text not null,
  -- Stripe's id, null until Stripe has answered.
  intent_id text unique,
  -- From the claim: the attempts left after this one, and the end of the hold.
  attempts_left integer not null check (attempts_left >= 0),
  hold_expires_at timestamptz not null,
  -- The end of the claim. Not authorised by then: not paid. Stripe's answer unknown: the booking goes to review.
  decide_by timestamptz not null,
  -- Stripe's decline_code or error code.
  decline_code text,
  -- FAILED because Stripe does not know or cannot use the payment method, not because the card was declined.
  method_unusable boolean not null default false,
  -- What is still to be done with the intent. The completer does it and clears it when Stripe has confirmed.
  pending_action payment.pending_action,
  -- The fare of a pending capture, and the part of it that the authorisation covers.
  fare_minor integer check (fare_minor >= 0),
  fare_lines jsonb,
  capture_minor integer check (capture_minor between 0 and amount_minor),
  captured_minor integer check (captured_minor between 0 and amount_minor),
  -- When the completer checks this row again; null when nothing is left to do.
  next_try_at timestamptz,
  -- Checks without a change since the last change.
  tries integer not null default 0,
  created_at timestamptz not null default now(),
  authorized_at timestamptz,
  settled_at timestamptz,
  traceparent text,
  unique (booking_id, attempt),
  unique (customer_id, request_id),
  check ((state = 'CAPTURED') = (captured_minor is not null)),
  check ((state = 'FAILED') = (decline_code is not null)),
  check (pending_action is null or next_try_at is not null),
  check (pending_action <> 'CAPTURE' or (fare_minor is not null and fare_lines is not null and capture_minor is not null))
) with (fillfactor = 70);
-- A booking is paid at most once: beside a live or captured payment there is no other.
create unique index one_live_payment_per_booking on payment.payment (booking_id)
  where state in ('AUTHORIZING', 'REQUIRES_ACTION', 'AUTHORIZED', 'CAPTURED');
create index payment_due on payment.payment (next_try_at) where next_try_at is not null;
-- For the comparison with Stripe, which reads the last day.
create index payment_created on payment.payment (created_at);

create function payment.on_move() returns trigger
language plpgsql as $$
begin
  if new.state <> old.state and not exists (
    select from payment.legal_move where from_state = old.state and to_state = new.state
  ) then
    raise exception 'a payment cannot go from % to %', old.state, new.state using errcode = 'HP000';
  end if;
  return new;
end
$$;
create trigger payment_moved before update of state on payment.payment
  for each row execute function payment.on_move();

-- What was paid for a booking, as issued. Amounts are in the currency's minor unit.
create table payment.receipt (
  -- Without a gap in its series (§ 14 UStG): taken from receipt_series in the same transaction.
  number bigint primary key,
  payment_id uuid not null unique references payment.payment (id),
  booking_id uuid not null unique,
  customer_id uuid not null,
  issued_at timestamptz not null default now(),
  currency text not null,
  gross_minor integer not null,
  net_minor integer not null,
  vat_minor integer not null,
  vat_basis_points integer not null,
  -- The part of the fare above the authorisation, not captured.
  outstanding_minor integer not null default 0,
  lines jsonb not null,
  check (net_minor + vat_minor = gross_minor)
);
-- The last number given to a receipt; one row.
create table payment.receipt_series (
  id boolean primary key default true check (id),
  last_number bigint not null
);
insert into payment.receipt_series values (true, 0);

-- Webhook events received from Stripe. An event only makes its payment due; the intent is then read from Stripe.
create table payment.webhook_inbox (
  event_id text primary key,
  type text not null,
  intent_id text,
  received_at timestamptz not null default now()
);
create index webhook_received on payment.webhook_inbox (received_at);

grant select, insert, update, delete on all tables in schema payment to payment;
revoke insert, update, delete on payment.legal_move from payment;
-- A receipt is never changed, and the number of its series only grows.
revoke update, delete on payment.receipt from payment;
revoke insert, delete on payment.receipt_series from payment;
revoke execute on all functions in schema payment from public;
grant execute on all functions in schema payment to payment;
