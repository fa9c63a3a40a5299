-- What a provider sells is known by the provider's own codes: two of its countries (or services) may be one of ours
-- (12 "USA (virtual)" and 187 "USA"), and each stays an offer. `service_id` '*': a number that takes any service.
ALTER TABLE offers DROP CONSTRAINT offers_pkey;
ALTER TABLE offers ADD PRIMARY KEY (provider, service_code, country_code, operator);

-- The provider refused our codes at a purchase: not offered again before its lists are read anew.
ALTER TABLE offers ADD COLUMN mapping_refused boolean NOT NULL DEFAULT false;
