-- A buyer's complaints of the last day are counted, so that one person cannot bury the operators in them.
CREATE INDEX disputes_by_buyer ON disputes (buyer_id, created_at DESC);
