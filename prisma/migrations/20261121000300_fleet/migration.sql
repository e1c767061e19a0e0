-- safe while old code runs: yes, because it only adds.

-- MDS 2.0 micromobility vehicle states. NON_CONTACTABLE is not stored; contact has its own column (vehicle.contact),
-- because a vehicle that falls silent while reserved is still reserved.
create type fleet.vehicle_state as enum ('AVAILABLE', 'RESERVED', 'ON_TRIP', 'NON_OPERATIONAL', 'REMOVED');
create type fleet.contact as enum ('ONLINE', 'LOST');
create type fleet.lock_state as enum ('LOCKED', 'UNLOCKED');
create type fleet.command_action as enum ('UNLOCK', 'LOCK');
create type fleet.command_state as enum ('REQUESTED', 'SENT', 'ACCEPTED', 'EXECUTED', 'REFUSED', 'TIMED_OUT');
-- Why a command was issued, which decides what follows when it is executed.
create type fleet.command_purpose as enum ('START_TRIP', 'END_TRIP', 'SECURE');
create type fleet.zone_kind as enum ('SERVICE_AREA', 'PARKING', 'NO_PARKING');

-- The same rows as the tables in subgraphs/fleet/src/domain, compared by a test. Names of vehicle moves are MDS event types.
create table fleet.legal_vehicle_move (
  name text not null,
  from_state fleet.vehicle_state not null,
  to_state fleet.vehicle_state not null,
  primary key (name, from_state, to_state)
);
insert into fleet.legal_vehicle_move (name, from_state, to_state) values
  ('reservation_start', 'AVAILABLE', 'RESERVED'),
  ('reservation_cancel', 'RESERVED', 'AVAILABLE'),
  ('trip_start', 'RESERVED', 'ON_TRIP'),
  ('trip_end', 'ON_TRIP', 'AVAILABLE'),
  ('maintenance', 'AVAILABLE', 'NON_OPERATIONAL'),
  ('maintenance', 'NON_OPERATIONAL', 'AVAILABLE'),
  ('decommissioned', 'NON_OPERATIONAL', 'REMOVED');

create table fleet.legal_command_move (
  name text not null,
  from_state fleet.command_state not null,
  to_state fleet.command_state not null,
  primary key (name, from_state, to_state)
);
insert into fleet.legal_command_move (name, from_state, to_state) values
  ('send', 'REQUESTED', 'SENT'),
  ('accept', 'REQUESTED', 'ACCEPTED'),
  ('accept', 'SENT', 'ACCEPTED'),
  ('execute', 'REQUESTED', 'EXECUTED'),
  ('execute', 'SENT', 'EXECUTED'),
  ('execute', 'ACCEPTED', 'EXECUTED'),
  -- The vehicle executed it in time and its ack came late.
  ('execute', 'TIMED_OUT', 'EXECUTED'),
  ('refuse', 'REQUESTED', 'REFUSED'),
  ('refuse', 'SENT', 'REFUSED'),
  ('refuse', 'ACCEPTED', 'REFUSED'),
  ('time_out', 'REQUESTED', 'TIMED_OUT'),
  ('time_out', 'SENT', 'TIMED_OUT'),
  ('time_out', 'ACCEPTED', 'TIMED_OUT');

create table fleet.vehicle_type (
  id text primary key,
  name text not null,
  -- GBFS 3.0 vehicle_types: form_factor and propulsion_type.
  form_factor text not null,
  propulsion_type text not null,
  max_range_meters integer not null check (max_range_meters > 0),
  price_plan_id text not null
);

create table fleet.vehicle (
  -- Stable, and never shown outside Holdfast.
  id uuid primary key,
  device_id text not null unique check (device_id ~ '^[a-z0-9-]{1,36}$'),
  -- What clients see. The transaction that ends a trip sets a new one; none is used twice (GBFS 3.0 vehicle_id).
  public_id uuid not null unique,
  vehicle_type_id text not null references fleet.vehicle_type (id),
  state fleet.vehicle_state not null default 'AVAILABLE',
  -- The booking and the rider that have the vehicle; null unless RESERVED or ON_TRIP.
  booking_id uuid,
  rider_id uuid,
  contact fleet.contact not null default 'LOST',
  contact_changed_at timestamptz not null default now(),
  last_seen_at timestamptz,
  -- What the device reported last; (epoch, seq) orders its messages.
  epoch text,
  epoch_at timestamptz,
  reported_seq bigint not null default 0,
  lock fleet.lock_state not null default 'LOCKED',
  battery_percent integer not null default 100 check (battery_percent between 0 and 100),
  command_counter bigint not null default 0,
  -- Rises with every change of the vehicle's row in vehicle_availability, so that an older copy never replaces a newer one.
  availability_version bigint not null default 0,
  check ((state in ('RESERVED', 'ON_TRIP')) = (booking_id is not null)),
  check ((booking_id is null) = (rider_id is null))
) with (fillfactor = 70);
create index vehicle_booking on fleet.vehicle (booking_id) where booking_id is not null;

create function fleet.on_vehicle_move() returns trigger
language plpgsql as $$
begin
  if new.state <> old.state and not exists (
    select from fleet.legal_vehicle_move where from_state = old.state and to_state = new.state
  ) then
    raise exception 'a vehicle cannot go from % to %', old.state, new.state using errcode = 'HF000';
  end if;
  return new;
end
$$;
create trigger vehicle_moved before update of state on fleet.vehicle
  for each row execute function fleet.on_vehicle_move();

-- Written often, in batches, and never searched: no index but the key, so that every update stays on its page (HOT).
create table fleet.vehicle_position (
  vehicle_id uuid primary key references fleet.vehicle (id),
  latitude double precision not null check (latitude between -90 and 90),
  longitude double precision not null check (longitude between -180 and 180),
  speed real not null default 0,
  heading real not null default 0,
  odometer integer not null default 0,
  epoch text not null default '',
  seq bigint not null default 0,
  measured_at timestamptz not null,
  received_at timestamptz not null default now()
) with (fillfactor = 70);

-- Only the vehicles that can be rented right now. Written when that changes, and searched all the time.
create table fleet.vehicle_availability (
  vehicle_id uuid primary key references fleet.vehicle (id),
  public_id uuid not null unique,
  vehicle_type_id text not null,
  latitude double precision not null,
  longitude double precision not null,
  h3_8 text not null,
  battery_percent integer not null,
  range_meters integer not null,
  since timestamptz not null default now()
);
create index availability_place on fleet.vehicle_availability (latitude, longitude);
create index availability_cell on fleet.vehicle_availability (h3_8, vehicle_type_id);

-- A signed instruction to a vehicle. Its counter rises per vehicle and is never used twice.
create table fleet.command (
  id uuid primary key,
  vehicle_id uuid not null references fleet.vehicle (id),
  booking_id uuid not null,
  -- Null for commands that Holdfast itself issues (SECURE).
  rider_id uuid,
  request_id uuid,
  action fleet.command_action not null,
  purpose fleet.command_purpose not null,
  state fleet.command_state not null default 'REQUESTED',
  -- Why the vehicle refused; RefusalCode in packages/contracts.
  refusal_code text,
  epoch text not null,
  counter bigint not null,
  requested_at timestamptz not null default now(),
  expires_at timestamptz not null,
  sent_at timestamptz,
  settled_at timestamptz,
  traceparent text,
  unique (rider_id, request_id),
  unique (vehicle_id, counter)
) with (fillfactor = 70);
-- At most one open command per vehicle.
create unique index one_open_command_per_vehicle on fleet.command (vehicle_id)
  where state in ('REQUESTED', 'SENT', 'ACCEPTED');
create index open_command_expiry on fleet.command (expires_at) where state in ('REQUESTED', 'SENT', 'ACCEPTED');
create index command_booking on fleet.command (booking_id, requested_at desc);

create function fleet.on_command_move() returns trigger
language plpgsql as $$
begin
  if new.state <> old.state and not exists (
    select from fleet.legal_command_move where from_state = old.state and to_state = new.state
  ) then
    raise exception 'a command cannot go from % to %', old.state, new.state using errcode = 'HF000';
  end if;
  return new;
end
$$;
create trigger command_moved before update of state on fleet.command
  for each row execute function fleet.on_command_move();

-- From the unlocking to the locking of a vehicle for a booking.
create table fleet.trip (
  id uuid primary key,
  vehicle_id uuid not null references fleet.vehicle (id),
  booking_id uuid not null unique,
  rider_id uuid not null,
  -- The vehicle's public id during the trip: its rider has no other until booking has completed the booking.
  public_id uuid not null unique,
  started_at timestamptz not null,
  ended_at timestamptz check (ended_at >= started_at),
  start_latitude double precision not null,
  start_longitude double precision not null,
  end_latitude double precision,
  end_longitude double precision,
  start_odometer integer not null default 0,
  distance_meters integer,
  -- When booking completed the booking. Until then a hold would be refused, so the vehicle is not offered.
  released_at timestamptz
);
create unique index one_running_trip_per_vehicle on fleet.trip (vehicle_id) where ended_at is null;
create index unreleased_trip on fleet.trip (vehicle_id) where released_at is null;
create index trip_rider on fleet.trip (rider_id);

create table fleet.zone (
  id uuid primary key,
  kind fleet.zone_kind not null,
  name text not null,
  -- GeoJSON Polygon or MultiPolygon, WGS 84.
  area jsonb not null
);

-- The history of a vehicle (MDS events), append-only: no update, no delete.
create table fleet.vehicle_event (
  id bigint generated always as identity primary key,
  vehicle_id uuid not null references fleet.vehicle (id),
  event_type text not null,
  vehicle_state fleet.vehicle_state not null,
  booking_id uuid,
  latitude double precision,
  longitude double precision,
  battery_percent integer,
  at timestamptz not null default now(),
  traceparent text,
  -- Of the device's message, which may come twice.
  epoch text,
  seq bigint
);
create unique index vehicle_event_once on fleet.vehicle_event (vehicle_id, epoch, seq) where seq is not null;
create index vehicle_event_vehicle on fleet.vehicle_event (vehicle_id, at desc);

-- The public keys that verify acks. Two may be valid while the key of a device is replaced.
create table fleet.device_key (
  device_id text not null,
  kid text not null,
  -- Raw Ed25519.
  public_key bytea not null check (octet_length(public_key) = 32),
  valid_from timestamptz not null default now(),
  valid_to timestamptz,
  primary key (device_id, kid)
);

grant select, insert, update, delete on all tables in schema fleet to fleet;
revoke update, delete on fleet.vehicle_event from fleet;
revoke insert, update, delete on fleet.legal_vehicle_move, fleet.legal_command_move from fleet;
revoke execute on all functions in schema fleet from public;
grant execute on all functions in schema fleet to fleet;
