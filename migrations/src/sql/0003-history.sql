-- The position of each sent event in the history, and the position up to which the history is purged.

CREATE SEQUENCE outbox_position;
ALTER TABLE outbox ADD COLUMN position bigint;
UPDATE outbox SET position = given.position
  FROM (SELECT seq, nextval('outbox_position') AS position
          FROM (SELECT seq FROM outbox WHERE sent_at IS NOT NULL ORDER BY seq) sent) given
 WHERE outbox.seq = given.seq;
ALTER TABLE outbox ADD UNIQUE (position);
-- For deleting the events of a deleted user.
CREATE INDEX outbox_of_aggregate ON outbox (aggregate_id);

-- The relay assigns positions itself. The trigger is for a relay of the previous release that runs during the upgrade.
CREATE FUNCTION give_outbox_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.position := nextval('outbox_position');
  RETURN NEW;
END $$;
CREATE TRIGGER outbox_sent BEFORE UPDATE OF sent_at ON outbox FOR EACH ROW
  WHEN (OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL AND NEW.position IS NULL)
  EXECUTE FUNCTION give_outbox_position();

-- One row: the highest purged position.
CREATE TABLE outbox_purged (position bigint NOT NULL);
INSERT INTO outbox_purged VALUES (0);

GRANT USAGE ON SEQUENCE outbox_position TO gatehouse_identity;
GRANT SELECT, UPDATE ON outbox_purged TO gatehouse_identity;
