-- What Tomasz ran on the server in March, so that we remember.
ALTER TABLE invoices ADD CONSTRAINT invoices_number_unique UNIQUE (number);
ALTER TABLE lessons ADD CONSTRAINT lessons_minutes_positive CHECK (minutes > 0);
