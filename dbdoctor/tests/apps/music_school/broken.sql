-- The music school's database on the day. Plain SQL for an empty database.

CREATE TYPE "enum_members_role" AS ENUM ('pupil', 'teacher', 'office');
CREATE TYPE "enum_lessons_state" AS ENUM ('planned', 'held', 'called_off');

CREATE TABLE "SequelizeMeta" (
    "name" VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY
);

CREATE TABLE members (
    id UUID PRIMARY KEY,
    first_name VARCHAR(255) NOT NULL,
    last_name VARCHAR(255) NOT NULL,
    email VARCHAR(255) NOT NULL UNIQUE,
    phone VARCHAR(255),
    role "enum_members_role" NOT NULL DEFAULT 'pupil',
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE
);

CREATE TABLE instruments (
    id BIGSERIAL PRIMARY KEY,
    label VARCHAR(255) NOT NULL UNIQUE,
    kind VARCHAR(255) NOT NULL,
    value_euro NUMERIC(10, 2) NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL
);

-- member_id never had a key
CREATE TABLE loans (
    id BIGSERIAL PRIMARY KEY,
    instrument_id BIGINT NOT NULL REFERENCES instruments (id),
    member_id UUID,
    lent_on DATE NOT NULL,
    returned_on DATE,
    remark TEXT
);

CREATE TABLE terms (
    id SERIAL PRIMARY KEY,
    title VARCHAR(255) NOT NULL,
    begins_on DATE NOT NULL,
    ends_on DATE NOT NULL
);

CREATE TABLE practice_logs (
    id SERIAL PRIMARY KEY,
    term_id INTEGER NOT NULL REFERENCES terms (id),
    member_id UUID NOT NULL REFERENCES members (id),
    minutes INTEGER NOT NULL,
    noted TEXT
);

CREATE TABLE lessons (
    id BIGSERIAL PRIMARY KEY,
    teacher_id UUID REFERENCES members (id) ON DELETE SET NULL,
    pupil_email VARCHAR(255),
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    minutes INTEGER NOT NULL DEFAULT 30,
    state "enum_lessons_state" NOT NULL DEFAULT 'planned',
    cancelled_by INTEGER,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT lessons_minutes_positive CHECK (minutes > 0)
);

CREATE TABLE invoices (
    id SERIAL PRIMARY KEY,
    number VARCHAR(255) NOT NULL,
    member_id UUID NOT NULL,
    period CHAR(7) NOT NULL,
    amount NUMERIC(10, 2) NOT NULL,
    paid_on DATE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT invoices_number_unique UNIQUE (number)
);

CREATE TABLE invoice_items (
    id SERIAL PRIMARY KEY,
    invoice_id INTEGER NOT NULL REFERENCES invoices (id),
    title VARCHAR(255) NOT NULL,
    amount NUMERIC(10, 2) NOT NULL
);

CREATE TABLE enquiries (
    id SERIAL PRIMARY KEY,
    full_name VARCHAR(255) NOT NULL,
    email VARCHAR(255) NOT NULL,
    message TEXT NOT NULL,
    handled_by INTEGER,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL
);

-- left behind by a try that somebody made by hand; the office has used it since
CREATE TABLE ensembles (
    id SERIAL PRIMARY KEY,
    title VARCHAR(255) NOT NULL,
    founded_on DATE
);

CREATE TABLE ensemble_rehearsals (
    id SERIAL PRIMARY KEY,
    ensemble_id INTEGER NOT NULL REFERENCES ensembles (id),
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL
);

INSERT INTO members (id, first_name, last_name, email, phone, role, created_at, updated_at, deleted_at) VALUES
    ('0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0001', 'Henrike', 'Paulsen', 'office@lindenhof.example', '+49 431 5550100', 'office', '2023-08-14 08:00:00+00', '2023-08-14 08:00:00+00', NULL),
    ('0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0002', 'Tomasz', 'Wilk', 'tomasz@lindenhof.example', '+49 431 5550101', 'teacher', '2023-08-14 08:10:00+00', '2023-08-14 08:10:00+00', NULL),
    ('0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0003', 'Aoife', 'Brennan', 'aoife@lindenhof.example', NULL, 'teacher', '2023-08-14 08:12:00+00', '2023-08-14 08:12:00+00', NULL),
    ('0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0004', 'Mika', 'Sand', 'mika.sand@post.example', '+49 431 5550144', 'pupil', '2023-08-21 14:00:00+00', '2023-08-21 14:00:00+00', NULL),
    ('0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0005', 'Zeynep', 'Aksoy', 'zeynep@post.example', NULL, 'pupil', '2023-08-22 15:30:00+00', '2023-08-22 15:30:00+00', NULL),
    ('0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0006', 'Jonte', 'Harms', 'jonte@post.example', '+49 431 5550146', 'pupil', '2023-09-02 09:45:00+00', '2023-09-02 09:45:00+00', NULL),
    ('0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0007', 'Ilse', 'Boysen', 'ilse@post.example', '+49 431 5550147', 'pupil', '2023-09-04 10:00:00+00', '2024-01-31 10:00:00+00', '2024-01-31 10:00:00+00');

INSERT INTO instruments (label, kind, value_euro, created_at, updated_at) VALUES
    ('VC-03', 'cello 3/4', 1450.00, '2023-09-01 08:00:00+00', '2023-09-01 08:00:00+00'),
    ('VN-11', 'violin 1/2', 380.50, '2023-09-01 08:00:00+00', '2023-09-01 08:00:00+00'),
    ('CL-02', 'clarinet', 620.00, '2023-09-01 08:00:00+00', '2023-09-01 08:00:00+00'),
    ('HN-01', 'french horn', 2199.99, '2023-09-01 08:00:00+00', '2023-09-01 08:00:00+00'),
    ('AC-05', 'accordion 48', 890.00, '2023-09-01 08:00:00+00', '2023-09-01 08:00:00+00');

-- the horn went to somebody who was deleted for good: nobody has that id any more
INSERT INTO loans (instrument_id, member_id, lent_on, returned_on, remark) VALUES
    (1, '0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0004', '2023-09-08', NULL, 'with bow and case'),
    (2, '0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0005', '2023-09-11', '2024-01-19', NULL),
    (4, '0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0099', '2023-10-02', NULL, 'deposit of 200 euro paid in cash'),
    (5, '0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0006', '2023-11-06', NULL, NULL);

INSERT INTO terms (title, begins_on, ends_on) VALUES
    ('Autumn 2023', '2023-08-28', '2023-12-22'),
    ('Spring 2024', '2024-01-08', '2024-06-28');

INSERT INTO practice_logs (term_id, member_id, minutes, noted) VALUES
    (1, '0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0004', 25, 'G major, two octaves'),
    (1, '0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0005', 40, NULL),
    (2, '0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0006', 15, 'only the left hand');

INSERT INTO lessons (teacher_id, pupil_email, starts_at, minutes, state, created_at, updated_at) VALUES
    ('0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0002', 'mika.sand@post.example', '2024-01-16 14:00:00+00', 45, 'held', '2024-01-08 08:00:00+00', '2024-01-16 15:00:00+00'),
    ('0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0002', 'jonte@post.example', '2024-01-16 15:00:00+00', 30, 'called_off', '2024-01-08 08:00:00+00', '2024-01-15 19:00:00+00'),
    ('0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0003', 'zeynep@post.example', '2024-01-17 13:30:00+00', 30, 'held', '2024-01-08 08:00:00+00', '2024-01-17 14:10:00+00'),
    ('0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0003', 'zeynep@post.example', '2024-01-24 13:30:00+00', 30, 'planned', '2024-01-08 08:00:00+00', '2024-01-08 08:00:00+00'),
    (NULL, 'ilse@post.example', '2024-01-25 10:00:00+00', 60, 'planned', '2024-01-08 08:00:00+00', '2024-01-08 08:00:00+00');

-- Zeynep's December: lessons on one invoice, strings on another. Both are right.
INSERT INTO invoices (number, member_id, period, amount, paid_on, created_at) VALUES
    ('2023-101', '0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0004', '2023-12', 118.00, '2023-12-29', '2023-12-15 09:00:00+00'),
    ('2023-102', '0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0005', '2023-12', 89.50, NULL, '2023-12-15 09:00:00+00'),
    ('2023-103', '0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0005', '2023-12', 24.90, NULL, '2023-12-18 11:20:00+00'),
    ('2024-001', '0b7e5c1e-1a53-4a0e-9d63-6a4d5c0f0006', '2024-01', 89.50, NULL, '2024-01-15 09:00:00+00');

INSERT INTO invoice_items (invoice_id, title, amount) VALUES
    (1, 'Cello, 4 x 45 minutes', 108.00),
    (1, 'Cello on loan', 10.00),
    (2, 'Violin, 4 x 30 minutes', 89.50),
    (3, 'A set of strings', 24.90),
    (4, 'Accordion, 4 x 30 minutes', 79.50),
    (4, 'Accordion on loan', 10.00);

INSERT INTO enquiries (full_name, email, message, created_at) VALUES
    ('Peer Thomsen', 'peer@post.example', 'Is there a choir for beginners?', '2024-01-11 17:05:00+00'),
    ('Dalia Roth', 'dalia@post.example', 'My son is five and wants a trombone', '2024-01-20 20:41:00+00');

INSERT INTO ensembles (title, founded_on) VALUES
    ('Lindenhof Strings', '2019-03-01'),
    ('Saturday Brass', NULL);

INSERT INTO "SequelizeMeta" (name) VALUES
    ('20230901080000-create-members.js'),
    ('20230901081000-create-instruments.js'),
    ('20230904090000-create-loans.js'),
    ('20230911093000-create-terms-and-practice-logs.js'),
    ('20230918100000-create-lessons.js'),
    ('20231002083000-create-invoices.js'),
    ('20231016120000-create-enquiries.js'),
    ('20231106090000-add-deleted-at-to-members.js'),
    ('20240108090000-lessons-teacher-to-uuid.js');
