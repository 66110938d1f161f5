-- For H2 in its PostgreSQL mode and for PostgreSQL alike. varchar without a length, since text is a
-- large object in H2; times to the microsecond, which both keep.

-- What each request that was let in came to. An id belongs to one moment for good, so (at, id) makes
-- a record that is written twice count once, and new rows land side by side.
create table usage_record (
  at timestamp(6) with time zone not null,
  id varchar not null,
  request_id varchar not null,
  agency varchar not null,
  application varchar not null,
  model varchar not null,
  language varchar not null,
  prompt_tokens bigint not null,
  cached_tokens bigint not null,
  output_tokens bigint not null,
  prompt_characters bigint not null,
  output_characters bigint not null,
  queue_micros bigint,
  first_token_micros bigint,
  total_micros bigint not null,
  finish varchar not null,
  label_id varchar,
  primary key (at, id)
);

create index usage_record_agency on usage_record (agency, at, id);
create index usage_record_application on usage_record (agency, application, at, id);

-- Requests that were refused, counted by the minute. One gateway writes a row once; several, and one
-- that is late, have rows of their own (written_by), so that a row written twice counts once.
create table refusal (
  since timestamp(6) with time zone not null,
  agency varchar not null,
  application varchar not null,
  reason varchar not null,
  written_by varchar not null,
  requests bigint not null,
  primary key (since, agency, application, reason, written_by)
);

-- Applications that are suspended now.
create table suspension (
  agency varchar not null,
  application varchar not null,
  suspended_by varchar not null,
  reason varchar not null,
  since timestamp(6) with time zone not null,
  primary key (agency, application)
);

-- What operators did. Each row holds the hash of the one before; no two can follow the same one.
create table audit (
  number bigint not null primary key,
  at timestamp(6) with time zone not null,
  who varchar not null,
  action varchar not null,
  target varchar not null,
  before_action varchar,
  after_action varchar,
  previous varchar not null unique,
  hash varchar not null
);
