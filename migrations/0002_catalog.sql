-- Each provider's own codes, mapped to ours by name: codes mean different things at different providers.
CREATE TABLE provider_services (
  provider text NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  service_id text NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (provider, code)
);
CREATE INDEX provider_services_by_service ON provider_services (service_id, provider);

CREATE TABLE provider_countries (
  provider text NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  country_id text NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (provider, code)
);
CREATE INDEX provider_countries_by_country ON provider_countries (country_id, provider);

-- What we call things that no table of ours names: sold under their provider's own name.
CREATE TABLE services (
  id text PRIMARY KEY,
  name text NOT NULL,
  blocked boolean,
  updated_at timestamptz NOT NULL
);
CREATE TABLE countries (
  id text PRIMARY KEY,
  name text NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE offers (
  provider text NOT NULL,
  service_id text NOT NULL,
  country_id text NOT NULL,
  operator text NOT NULL DEFAULT '',
  service_code text NOT NULL,
  country_code text NOT NULL,
  cost_micros bigint NOT NULL CHECK (cost_micros > 0),
  stock integer CHECK (stock >= 0),
  observed_at timestamptz NOT NULL,
  PRIMARY KEY (provider, service_id, country_id, operator)
);
CREATE INDEX offers_by_service ON offers (service_id, country_id);

-- When a provider's prices for a service (or a pair: 'wa/GB') were last asked for, and how that went.
CREATE TABLE offer_scopes (
  provider text NOT NULL,
  scope text NOT NULL,
  observed_at timestamptz,
  failed_at timestamptz,
  PRIMARY KEY (provider, scope)
);

CREATE TABLE price_rules (
  id uuid PRIMARY KEY,
  service_id text,
  country_id text,
  provider text,
  markup_basis_points integer NOT NULL CHECK (markup_basis_points BETWEEN 0 AND 1000000),
  min_profit_micros bigint NOT NULL CHECK (min_profit_micros >= 0),
  actor text NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE quotes (
  id uuid PRIMARY KEY,
  buyer_id uuid NOT NULL REFERENCES buyers (id),
  service_id text NOT NULL,
  country_id text NOT NULL,
  price_micros bigint NOT NULL CHECK (price_micros > 0),
  cost_ceiling_micros bigint NOT NULL CHECK (cost_ceiling_micros > 0 AND cost_ceiling_micros <= price_micros),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX quotes_by_age ON quotes (expires_at);

CREATE TABLE favourites (
  buyer_id uuid NOT NULL REFERENCES buyers (id),
  service_id text NOT NULL,
  country_id text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (buyer_id, service_id, country_id)
);
