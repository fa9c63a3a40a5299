import { sql } from "kysely";
import type { Database } from "../../src/db/client.ts";

/**
 * What the shop may forget or overwrite, and a judge needs: whose a buyer was, what a claim's note said, orders that
 * were placed while their buyer's ban was committed. Triggers write it down in the shop's own transactions, in a schema
 * that the shop does not know. To be called when the shop has made its tables and before anybody has written to it.
 */
export async function collectEvidence(db: Database): Promise<void> {
  await sql`
    CREATE SCHEMA soak;
    CREATE TABLE soak.people (buyer_id uuid PRIMARY KEY, telegram_id bigint NOT NULL);
    CREATE TABLE soak.claims (claim_id uuid PRIMARY KEY, note text);
    CREATE TABLE soak.orders_of_banned (order_id uuid PRIMARY KEY);
    CREATE FUNCTION soak.note_buyer() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO soak.people VALUES (NEW.id, NEW.telegram_id); RETURN NULL; END $$;
    CREATE FUNCTION soak.note_claim() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO soak.claims VALUES (NEW.id, NEW.note); RETURN NULL; END $$;
    CREATE FUNCTION soak.note_order() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO soak.orders_of_banned SELECT NEW.id FROM public.buyers
          WHERE id = NEW.buyer_id AND (banned_at IS NOT NULL OR telegram_id IS NULL);
        RETURN NULL;
      END $$;
    CREATE TRIGGER soak_note_buyer AFTER INSERT ON public.buyers FOR EACH ROW EXECUTE FUNCTION soak.note_buyer();
    CREATE TRIGGER soak_note_claim AFTER INSERT ON public.manual_claims FOR EACH ROW EXECUTE FUNCTION soak.note_claim();
    CREATE TRIGGER soak_note_order AFTER INSERT ON public.orders FOR EACH ROW EXECUTE FUNCTION soak.note_order();
  `.execute(db);
}
