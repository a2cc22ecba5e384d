-- Optional, after broken.sql: what else stands in the way of changing the two columns that hold nothing. expected.json stays as it is;
-- the view must still be there and answer.

CREATE VIEW called_off_lessons AS
    SELECT l.id, l.starts_at, l.cancelled_by FROM lessons l WHERE l.state = 'called_off';

ALTER TABLE enquiries ALTER COLUMN handled_by SET DEFAULT 0;
CREATE INDEX enquiries_unhandled ON enquiries (created_at) WHERE handled_by IS NULL;
