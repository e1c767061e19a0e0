-- safe while old code runs: yes, because it only adds.

-- One role and one schema per owner. Roles belong to the cluster, so another database may have made them already.
-- No passwords here: a deployment sets them with `alter role ... login password ...`.
do $$
declare
  owner text;
begin
  foreach owner in array array['booking', 'fleet', 'payment'] loop
    begin
      execute format('create role %I', owner);
    exception when duplicate_object or unique_violation then
      null;
    end;
    execute format('grant %I to current_user', owner);
    execute format('create schema %I', owner);
    execute format('grant usage on schema %I to %I', owner, owner);
    execute format('alter default privileges in schema %I grant select, insert, update, delete on tables to %I', owner, owner);
    execute format('alter default privileges in schema %I grant usage, select on sequences to %I', owner, owner);
    -- Functions are commands of the owner; nobody else runs one unless it is granted by name.
    execute format('alter default privileges in schema %I revoke execute on functions from public', owner);
    execute format('alter default privileges in schema %I grant execute on functions to %I', owner, owner);
    -- The outbox (events to publish) and the inbox (events consumed) have the same shape for every owner.
    execute format(
      'create table %I.outbox (
         id bigint generated always as identity primary key,
         event_id uuid not null default gen_random_uuid(),
         subject uuid not null,
         type text not null,
         data jsonb not null,
         traceparent text,
         created_at timestamptz not null default now(),
         published_at timestamptz
       )', owner);
    execute format('create index outbox_pending on %I.outbox (id) where published_at is null', owner);
    execute format('create index outbox_published on %I.outbox (published_at) where published_at is not null', owner);
    execute format(
      'create table %I.inbox (
         consumer text not null,
         event_id uuid not null,
         received_at timestamptz not null default now(),
         primary key (consumer, event_id)
       )', owner);
    execute format('create index inbox_received on %I.inbox (received_at)', owner);
  end loop;
end
$$;
