-- Labels of answers of which text was delivered, written with the record of their request, whose key
-- is record_at and record_id. Ids begin with their time, so that rows arrive in order and old ones go
-- from the front. What was signed is kept as it was signed.
create table label (
  id varchar not null primary key,
  at timestamp(6) with time zone not null,
  agency varchar not null,
  application varchar not null,
  model varchar not null,
  risk varchar not null,
  notice varchar not null,
  language varchar not null,
  payload varchar not null,
  signature varchar,
  record_at timestamp(6) with time zone not null,
  record_id varchar not null
);

create index label_agency on label (agency, id);
create index label_application on label (agency, application, id);

-- Hashes of what was delivered: one for each choice of an answer.
create table label_content (
  label_id varchar not null,
  choice bigint not null,
  sha256 varchar not null,
  primary key (label_id, choice)
);

create index label_content_sha256 on label_content (sha256, label_id);
