-- schema.sql: the embedded database, version 1 (PRAGMA user_version). Run whole, in one transaction, by store_open.
--
-- Times are milliseconds since 1970 UTC. States and kinds are text, as src/store/names.c writes them. No text holds NUL.
-- What must never be read by a listing stands in a table of its own (person_pin). A reply token stands here as its
-- SHA-256 only, and in clear only in an outbox row that is not final.

CREATE TABLE setting (
	name TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO setting VALUES ('next-case-number', 1);

-- Random; made with the database.
CREATE TABLE secret (
	name TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- People ---------------------------------------------------------------------------------------------------------

CREATE TABLE organisation (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (name <> ''),
	is_partner INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE deployment (
	id INTEGER PRIMARY KEY,
	org_id TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (org_id <> ''),
	organisation INTEGER NOT NULL REFERENCES organisation,
	partner INTEGER REFERENCES organisation,
	customer TEXT NOT NULL,
	end_user TEXT NOT NULL,
	product TEXT NOT NULL
) STRICT;
CREATE INDEX deployment_organisation ON deployment (organisation);
CREATE INDEX deployment_partner ON deployment (partner) WHERE partner IS NOT NULL;
CREATE INDEX deployment_product ON deployment (product);

CREATE TABLE person (
	id INTEGER PRIMARY KEY,
	first_name TEXT NOT NULL,
	last_name TEXT NOT NULL,
	address TEXT NOT NULL,
	employer TEXT NOT NULL DEFAULT '',
	country TEXT NOT NULL DEFAULT '',
	phone TEXT NOT NULL DEFAULT '',
	queue TEXT NOT NULL DEFAULT '',
	language TEXT NOT NULL DEFAULT '',
	organisation INTEGER REFERENCES organisation,
	is_active INTEGER NOT NULL DEFAULT 1,
	is_contact INTEGER NOT NULL DEFAULT 0,
	is_approver INTEGER NOT NULL DEFAULT 0,
	is_representative INTEGER NOT NULL DEFAULT 0,
	is_administrator INTEGER NOT NULL DEFAULT 0,
	undeliverable_at INTEGER,
	undeliverable_why TEXT NOT NULL DEFAULT '', -- the mail server's words, or what was complained about
	created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX person_organisation ON person (organisation) WHERE organisation IS NOT NULL;
CREATE INDEX person_administrator ON person (id) WHERE is_administrator = 1;
CREATE INDEX person_representative ON person (id) WHERE is_representative = 1;
CREATE INDEX person_approver ON person (id) WHERE is_approver = 1;

-- Every address of a person, ASCII letters in lower case: two spellings are one identity.
CREATE TABLE person_address (
	address TEXT PRIMARY KEY CHECK (address <> ''),
	person INTEGER NOT NULL REFERENCES person,
	verified_at INTEGER -- NULL: nobody has shown that it is the person's; mail from it is nobody's
) STRICT, WITHOUT ROWID;
CREATE INDEX person_address_person ON person_address (person);

CREATE TABLE person_pin (
	person INTEGER PRIMARY KEY REFERENCES person,
	pin TEXT NOT NULL
) STRICT;

CREATE TABLE access (
	person INTEGER NOT NULL REFERENCES person,
	deployment INTEGER NOT NULL REFERENCES deployment,
	level TEXT NOT NULL CHECK (level IN ('basic', 'read-only', 'read-write')),
	since INTEGER NOT NULL,
	granted_by TEXT NOT NULL,
	PRIMARY KEY (person, deployment)
) STRICT, WITHOUT ROWID;
CREATE INDEX access_deployment ON access (deployment, person);

CREATE TABLE approver (
	id INTEGER PRIMARY KEY,
	person INTEGER NOT NULL REFERENCES person,
	organisation INTEGER REFERENCES organisation,
	deployment INTEGER REFERENCES deployment,
	CHECK ((organisation IS NULL) <> (deployment IS NULL))
) STRICT;
CREATE UNIQUE INDEX approver_organisation ON approver (organisation, person) WHERE organisation IS NOT NULL;
CREATE UNIQUE INDEX approver_deployment ON approver (deployment, person) WHERE deployment IS NOT NULL;
CREATE INDEX approver_person ON approver (person);

-- An approver lets somebody else decide, too: about one deployment, or all that is the approver's to decide.
CREATE TABLE delegation (
	id INTEGER PRIMARY KEY,
	giver INTEGER NOT NULL REFERENCES person,
	delegate INTEGER NOT NULL REFERENCES person CHECK (delegate <> giver),
	deployment INTEGER REFERENCES deployment,
	starts_at INTEGER NOT NULL,
	ends_at INTEGER NOT NULL
) STRICT;
CREATE INDEX delegation_giver ON delegation (giver, ends_at);
CREATE INDEX delegation_delegate ON delegation (delegate);

-- Bytes by content: raw mail and attachments ------------------------------------------------------------------------

CREATE TABLE blob (
	id INTEGER PRIMARY KEY,
	sha256 TEXT NOT NULL UNIQUE,
	size INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	content BLOB NOT NULL
) STRICT;

-- Cases ----------------------------------------------------------------------------------------------------------------

CREATE TABLE cases (
	id INTEGER PRIMARY KEY,
	number TEXT NOT NULL UNIQUE,
	reference TEXT NOT NULL,
	type TEXT NOT NULL,
	sub_type TEXT NOT NULL,
	subject TEXT NOT NULL,
	status TEXT NOT NULL,
	sub_status TEXT NOT NULL,
	is_closed INTEGER NOT NULL DEFAULT 0, -- whether the configuration has the status as a closed one
	priority TEXT NOT NULL,
	priority_rank INTEGER NOT NULL GENERATED ALWAYS AS
	    (CASE priority WHEN 'Low' THEN 1 WHEN 'Medium' THEN 2 WHEN 'High' THEN 3 WHEN 'Critical' THEN 4 ELSE 0 END) STORED,
	deployment INTEGER REFERENCES deployment,
	organisation INTEGER REFERENCES organisation, -- the deployment's
	contact INTEGER REFERENCES person,
	owner INTEGER REFERENCES person,
	opened_at INTEGER NOT NULL,
	modified_at INTEGER NOT NULL, -- the last time either side posted an update
	closed_at INTEGER,
	version INTEGER NOT NULL DEFAULT 1,
	merged_into INTEGER REFERENCES cases,
	split_from INTEGER REFERENCES cases,
	escalated_to INTEGER REFERENCES person,
	escalated_at INTEGER,
	description TEXT NOT NULL
) STRICT;
CREATE INDEX cases_modified ON cases (modified_at);
CREATE INDEX cases_open ON cases (modified_at) WHERE is_closed = 0;
CREATE INDEX cases_open_age ON cases (status, opened_at) WHERE is_closed = 0;
CREATE INDEX cases_opened ON cases (opened_at);
CREATE INDEX cases_priority ON cases (priority_rank, modified_at);
CREATE INDEX cases_status ON cases (status, modified_at);
CREATE INDEX cases_type ON cases (type, modified_at);
CREATE INDEX cases_deployment ON cases (deployment, modified_at);
CREATE INDEX cases_organisation ON cases (organisation, modified_at);
CREATE INDEX cases_contact ON cases (contact, modified_at);
CREATE INDEX cases_owner ON cases (owner, modified_at);
-- What a person has open is asked for all day, by the person and by those who lead: closed ones are not walked for it.
CREATE INDEX cases_contact_open ON cases (contact, modified_at) WHERE is_closed = 0;
CREATE INDEX cases_owner_open ON cases (owner, modified_at) WHERE is_closed = 0;
CREATE INDEX cases_merged ON cases (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX cases_split ON cases (split_from) WHERE split_from IS NOT NULL;

CREATE TABLE case_update (
	id INTEGER PRIMARY KEY,
	case_id INTEGER NOT NULL REFERENCES cases,
	at INTEGER NOT NULL,
	person INTEGER REFERENCES person,
	who TEXT NOT NULL,
	way TEXT NOT NULL CHECK (way IN ('mail', 'casectl', 'system')),
	visibility TEXT NOT NULL CHECK (visibility IN ('public', 'internal')),
	message INTEGER REFERENCES message,
	text TEXT NOT NULL,
	cut TEXT NOT NULL
) STRICT;
-- With what tells who answered when: the texts are not read for that.
CREATE INDEX case_update_case ON case_update (case_id, id, at, person, way, visibility);
CREATE INDEX case_update_message ON case_update (message) WHERE message IS NOT NULL;

CREATE TABLE attachment (
	id INTEGER PRIMARY KEY,
	case_update INTEGER NOT NULL REFERENCES case_update,
	blob INTEGER NOT NULL REFERENCES blob,
	name TEXT NOT NULL, -- as the sender wrote it: data, never a path
	type TEXT NOT NULL,
	content_id TEXT NOT NULL
) STRICT;
CREATE INDEX attachment_update ON attachment (case_update);
CREATE INDEX attachment_blob ON attachment (blob);

CREATE TABLE case_status (
	id INTEGER PRIMARY KEY,
	case_id INTEGER NOT NULL REFERENCES cases,
	at INTEGER NOT NULL,
	who TEXT NOT NULL,
	message INTEGER REFERENCES message,
	before TEXT NOT NULL,
	after TEXT NOT NULL
) STRICT;
CREATE INDEX case_status_case ON case_status (case_id, id);
CREATE INDEX case_status_message ON case_status (message) WHERE message IS NOT NULL;

CREATE VIRTUAL TABLE case_search USING fts5 (subject, description, content = 'cases', content_rowid = 'id');
CREATE TRIGGER cases_search_add AFTER INSERT ON cases BEGIN
	INSERT INTO case_search (rowid, subject, description) VALUES (new.id, new.subject, new.description);
END;
CREATE TRIGGER cases_search_change AFTER UPDATE OF subject, description ON cases BEGIN
	INSERT INTO case_search (case_search, rowid, subject, description)
	    VALUES ('delete', old.id, old.subject, old.description);
	INSERT INTO case_search (rowid, subject, description) VALUES (new.id, new.subject, new.description);
END;
CREATE TRIGGER cases_search_remove AFTER DELETE ON cases BEGIN
	INSERT INTO case_search (case_search, rowid, subject, description)
	    VALUES ('delete', old.id, old.subject, old.description);
END;

CREATE VIRTUAL TABLE update_search USING fts5 (text, content = 'case_update', content_rowid = 'id');
CREATE TRIGGER update_search_add AFTER INSERT ON case_update BEGIN
	INSERT INTO update_search (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER update_search_change AFTER UPDATE OF text ON case_update BEGIN
	INSERT INTO update_search (update_search, rowid, text) VALUES ('delete', old.id, old.text);
	INSERT INTO update_search (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER update_search_remove AFTER DELETE ON case_update BEGIN
	INSERT INTO update_search (update_search, rowid, text) VALUES ('delete', old.id, old.text);
END;

-- Access requests ----------------------------------------------------------------------------------------------------

CREATE TABLE request (
	id INTEGER PRIMARY KEY,
	case_id INTEGER NOT NULL REFERENCES cases,
	version INTEGER NOT NULL,
	source INTEGER REFERENCES deployment, -- of a copy: what it is copied from; each line has its person then
	person INTEGER REFERENCES person, -- NULL: becomes a contact when access is granted, from the fields below
	first_name TEXT NOT NULL,
	last_name TEXT NOT NULL,
	address TEXT NOT NULL,
	language TEXT NOT NULL,
	organisation INTEGER REFERENCES organisation,
	employer TEXT NOT NULL,
	country TEXT NOT NULL,
	phone TEXT NOT NULL,
	requester INTEGER REFERENCES person,
	requester_name TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	remind_at INTEGER, -- when the approvers, and when the administrators, are to be told; NULL: never, or done
	escalate_at INTEGER
) STRICT;
CREATE INDEX request_case ON request (case_id);
CREATE INDEX request_person ON request (person) WHERE person IS NOT NULL;
CREATE INDEX request_requester ON request (requester) WHERE requester IS NOT NULL;

CREATE TABLE request_line (
	id INTEGER PRIMARY KEY,
	request INTEGER NOT NULL REFERENCES request,
	position INTEGER NOT NULL,
	deployment INTEGER NOT NULL REFERENCES deployment,
	person INTEGER REFERENCES person, -- of a copy; NULL: the request's
	level TEXT NOT NULL,
	before TEXT NOT NULL,
	removal INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'expired', 'cancelled')),
	decided_by INTEGER REFERENCES person,
	on_behalf_of INTEGER REFERENCES person, -- who had delegated the decision to decided_by
	decided_at INTEGER,
	comment TEXT NOT NULL DEFAULT '',
	takes_effect_at INTEGER, -- pending, but approved: until when a deny stops the grant
	granted_at INTEGER,
	UNIQUE (request, position)
) STRICT;
CREATE INDEX request_line_pending ON request_line (request) WHERE state = 'pending';
CREATE INDEX request_line_deployment ON request_line (deployment);
CREATE INDEX request_line_person ON request_line (person) WHERE person IS NOT NULL;

CREATE TABLE request_asked (
	request INTEGER NOT NULL REFERENCES request,
	person INTEGER NOT NULL REFERENCES person,
	times INTEGER NOT NULL,
	last_at INTEGER NOT NULL,
	PRIMARY KEY (request, person)
) STRICT, WITHOUT ROWID;

-- Approvers whose mail program said that they are away.
CREATE TABLE request_absent (
	request INTEGER NOT NULL REFERENCES request,
	person INTEGER NOT NULL REFERENCES person,
	at INTEGER NOT NULL,
	PRIMARY KEY (request, person)
) STRICT, WITHOUT ROWID;

-- The ledger: one row a message --------------------------------------------------------------------------------------

CREATE TABLE message (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	mailbox TEXT NOT NULL,
	uidvalidity INTEGER NOT NULL,
	uid INTEGER, -- NULL: it came from a file
	message_id TEXT NOT NULL,
	content_key TEXT NOT NULL,
	raw_sha256 TEXT NOT NULL, -- stays when retention takes the bytes
	raw INTEGER REFERENCES blob,
	size INTEGER NOT NULL,
	sender TEXT NOT NULL,
	subject TEXT NOT NULL,
	kind TEXT NOT NULL,
	authentication TEXT NOT NULL,
	authentication_detail TEXT NOT NULL,
	arrived_at INTEGER NOT NULL,
	decided_at INTEGER NOT NULL,
	moved_at INTEGER,
	outcome TEXT NOT NULL,
	reason TEXT NOT NULL,
	rule TEXT NOT NULL,
	verdict TEXT NOT NULL,
	decision_line TEXT NOT NULL,
	token INTEGER REFERENCES token,
	case_id INTEGER REFERENCES cases,
	request INTEGER REFERENCES request,
	trace TEXT NOT NULL, -- JSON
	UNIQUE (mailbox, uidvalidity, uid)
) STRICT;
CREATE INDEX message_content ON message (content_key) WHERE content_key <> '';
CREATE INDEX message_unmoved ON message (mailbox, uidvalidity, uid) WHERE moved_at IS NULL;
CREATE INDEX message_outcome ON message (outcome, id);
CREATE INDEX message_case ON message (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX message_request ON message (request) WHERE request IS NOT NULL;
CREATE INDEX message_sender ON message (sender, id);
CREATE INDEX message_raw ON message (raw) WHERE raw IS NOT NULL;
CREATE INDEX message_mailbox ON message (mailbox, id);
CREATE INDEX message_decided ON message (decided_at, outcome);
CREATE INDEX message_token ON message (token) WHERE token IS NOT NULL;

-- How far each mailbox was served, when it last was to the end, and when it last was not.
CREATE TABLE mailbox_state (
	mailbox TEXT PRIMARY KEY,
	started_at INTEGER, -- NULL: it was never reached
	uidvalidity INTEGER NOT NULL DEFAULT 0,
	old_below INTEGER NOT NULL DEFAULT 0, -- lower UIDs were there at the first start; 0: started_at tells
	next_uid INTEGER NOT NULL DEFAULT 1, -- lower UIDs were looked at
	look_again INTEGER, -- a lower UID that is to be looked at once more, with all above it
	starts INTEGER NOT NULL DEFAULT 0, -- of intakes since it was last served to the end
	suspect_uid INTEGER, -- what an intake took up alone, and how often
	suspect_times INTEGER NOT NULL DEFAULT 0,
	reconciled_at INTEGER,
	polled_at INTEGER,
	trouble_at INTEGER,
	trouble TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- What administrators were told of the health of the whole: a check without a row is ok.
CREATE TABLE alarm (
	name TEXT PRIMARY KEY,
	state TEXT NOT NULL,
	told TEXT NOT NULL,
	told_at INTEGER
) STRICT, WITHOUT ROWID;

-- Outgoing mail ------------------------------------------------------------------------------------------------------

CREATE TABLE outbox (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	state TEXT NOT NULL CHECK (state IN ('queued', 'held', 'claimed', 'sent', 'unknown', 'failed', 'cancelled')),
	created_at INTEGER NOT NULL,
	next_at INTEGER, -- due; NULL: final, claimed, waits for a person, or queued behind an earlier letter
	sent_at INTEGER,
	attempts INTEGER NOT NULL DEFAULT 0,
	claimer TEXT NOT NULL DEFAULT '',
	claimed_at INTEGER, -- the last time
	limited_at INTEGER, -- likewise, where a rate limit was set then: what it counts
	last_reply TEXT NOT NULL DEFAULT '',
	bounced_at INTEGER,
	bounce TEXT NOT NULL DEFAULT '',
	bounce_hash TEXT NOT NULL, -- SHA-256 of the token in the envelope sender; empty: it carries none
	bounce_claimed_at INTEGER, -- when a report without that token said that it bounced
	kind TEXT NOT NULL,
	case_id INTEGER REFERENCES cases,
	request INTEGER REFERENCES request,
	person INTEGER REFERENCES person,
	message INTEGER REFERENCES message, -- that it answers
	is_answer INTEGER NOT NULL,
	answer_reason TEXT NOT NULL,
	message_id TEXT NOT NULL UNIQUE,
	message_key TEXT NOT NULL,
	envelope_from TEXT NOT NULL,
	from_name TEXT NOT NULL,
	from_address TEXT NOT NULL,
	to_name TEXT NOT NULL,
	to_address TEXT NOT NULL,
	reply_to TEXT NOT NULL,
	in_reply_to TEXT NOT NULL,
	ancestors TEXT NOT NULL, -- the References field
	subject TEXT NOT NULL,
	text TEXT NOT NULL,
	html TEXT NOT NULL,
	labels TEXT NOT NULL -- of the buttons in html: an answer that quotes them says nothing by it
) STRICT;
CREATE INDEX outbox_due ON outbox (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_claimed ON outbox (claimer) WHERE state = 'claimed';
CREATE INDEX outbox_limited ON outbox (limited_at) WHERE limited_at IS NOT NULL;
CREATE INDEX outbox_recipient ON outbox (to_address, limited_at) WHERE limited_at IS NOT NULL;
CREATE INDEX outbox_open ON outbox (case_id, person, id) WHERE state IN ('queued', 'claimed');
CREATE INDEX outbox_state ON outbox (state, id);
CREATE INDEX outbox_case ON outbox (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX outbox_request ON outbox (request) WHERE request IS NOT NULL;
CREATE INDEX outbox_message ON outbox (message) WHERE message IS NOT NULL;
CREATE INDEX outbox_person ON outbox (person, id) WHERE person IS NOT NULL;
CREATE UNIQUE INDEX outbox_key ON outbox (message_key) WHERE message_key <> '';
CREATE UNIQUE INDEX outbox_bounce ON outbox (bounce_hash) WHERE bounce_hash <> '';
CREATE INDEX outbox_answers ON outbox (created_at) WHERE is_answer = 1;
CREATE INDEX outbox_answered ON outbox (person, created_at) WHERE is_answer = 1;

-- Letters of one case to one person keep their order: a later one is queued without a time while an earlier one is
-- open, which it is until it is sent or given up, but for no more than four attempts.
CREATE TRIGGER outbox_order AFTER INSERT ON outbox WHEN EXISTS (
	SELECT 1 FROM outbox b
	WHERE b.case_id = new.case_id AND b.person = new.person AND b.id < new.id
		AND b.state IN ('queued', 'claimed') AND (b.attempts < 4 OR b.state = 'claimed' AND b.attempts = 4)
) BEGIN
	UPDATE outbox SET next_at = NULL WHERE id = new.id;
END;
CREATE TRIGGER outbox_turn AFTER UPDATE OF state ON outbox
WHEN old.state IN ('queued', 'claimed') AND NOT (new.state = 'claimed' OR new.state = 'queued' AND new.attempts < 4) BEGIN
	UPDATE outbox SET next_at = created_at WHERE id = (
		SELECT w.id FROM outbox w
		WHERE w.case_id = new.case_id AND w.person = new.person AND w.state IN ('queued', 'claimed')
			AND w.state = 'queued' AND w.next_at IS NULL AND w.id <> new.id
		ORDER BY w.id LIMIT 1
	) AND NOT EXISTS (
		SELECT 1 FROM outbox b
		WHERE b.case_id = new.case_id AND b.person = new.person AND b.id < outbox.id
			AND b.state IN ('queued', 'claimed') AND (b.attempts < 4 OR b.state = 'claimed' AND b.attempts = 4)
	);
END;

-- SMTP servers that failed lately.
CREATE TABLE route (
	name TEXT PRIMARY KEY, -- host:port
	failures INTEGER NOT NULL CHECK (failures > 0),
	retry_at INTEGER NOT NULL,
	reply TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
	id INTEGER PRIMARY KEY,
	hash TEXT NOT NULL UNIQUE,
	kind TEXT NOT NULL CHECK (kind IN ('case', 'approval', 'confirmation', 'address')),
	state TEXT NOT NULL CHECK (state IN ('valid', 'used', 'void')),
	case_id INTEGER REFERENCES cases,
	request INTEGER REFERENCES request,
	person INTEGER REFERENCES person, -- whom it was sent to
	letter INTEGER REFERENCES outbox,
	version INTEGER NOT NULL,
	code TEXT NOT NULL, -- SHA-256, or empty
	confirms INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER,
	changed_at INTEGER
) STRICT;
CREATE INDEX token_person ON token (person) WHERE state = 'valid'; -- offboarding
CREATE INDEX token_request ON token (request) WHERE request IS NOT NULL;
CREATE INDEX token_case ON token (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX token_letter ON token (letter) WHERE letter IS NOT NULL;

-- The lines of the request that the mail with the token has shown: an answer to it decides no other.
CREATE TABLE token_line (
	token INTEGER NOT NULL REFERENCES token ON DELETE CASCADE,
	line INTEGER NOT NULL REFERENCES request_line ON DELETE CASCADE,
	PRIMARY KEY (token, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_line_line ON token_line (line);

-- Audit: only ever added to ------------------------------------------------------------------------------------------

CREATE TABLE audit (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	at INTEGER NOT NULL,
	event TEXT NOT NULL,
	who TEXT NOT NULL,
	case_id INTEGER NOT NULL, -- no foreign key: a row outlives what it is about
	message INTEGER NOT NULL,
	details TEXT NOT NULL, -- a JSON object
	hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_case ON audit (case_id, id);
CREATE TRIGGER audit_no_change BEFORE UPDATE ON audit BEGIN
	SELECT raise(ABORT, 'the audit is only ever added to');
END;
CREATE TRIGGER audit_no_removal BEFORE DELETE ON audit BEGIN
	SELECT raise(ABORT, 'the audit is only ever added to');
END;
CREATE TRIGGER audit_no_replacement BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = new.id) BEGIN
	SELECT raise(ABORT, 'the audit is only ever added to');
END;
