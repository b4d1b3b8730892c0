BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE audit_event (
    chain VARCHAR(63) NOT NULL,
    sequence BIGINT NOT NULL,
    format INTEGER NOT NULL,
    at VARCHAR(32) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    code VARCHAR(60) NOT NULL,
    actor_kind VARCHAR(20) NOT NULL,
    actor_id VARCHAR(80) NOT NULL,
    account_id BIGINT,
    revision BIGINT,
    reference VARCHAR(20),
    detail_digest BLOB,
    evidence_digest BLOB,
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    CONSTRAINT pk_audit_event PRIMARY KEY (chain, sequence)
)
 WITHOUT ROWID;

CREATE INDEX ix_audit_event_reference ON audit_event (reference) WHERE reference IS NOT NULL;

CREATE TABLE evidence (
    id INTEGER NOT NULL,
    digest BLOB NOT NULL,
    facts BLOB NOT NULL,
    message BLOB,
    plain BLOB,
    plain_name_id BLOB,
    findings BLOB,
    CONSTRAINT pk_evidence PRIMARY KEY (id),
    CONSTRAINT uq_evidence_digest UNIQUE (digest)
);

CREATE TABLE organisation (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    slug VARCHAR(63) NOT NULL,
    name TEXT NOT NULL,
    sign_in VARCHAR(16) NOT NULL,
    unsolicited VARCHAR(16) NOT NULL,
    create_accounts BOOLEAN NOT NULL,
    live_revision INTEGER,
    idle_seconds INTEGER NOT NULL,
    absolute_seconds INTEGER NOT NULL,
    floor_seconds INTEGER NOT NULL,
    created_at VARCHAR(32) NOT NULL,
    demo BOOLEAN NOT NULL,
    CONSTRAINT ck_organisation_sign_in CHECK (sign_in IN ('password', 'optional', 'required')),
    CONSTRAINT ck_organisation_unsolicited CHECK (unsolicited IN ('restart', 'accept', 'refuse')),
    CONSTRAINT uq_organisation_slug UNIQUE (slug)
);

CREATE TABLE refusal_hour (
    chain VARCHAR(63) NOT NULL,
    hour BIGINT NOT NULL,
    recorded INTEGER NOT NULL,
    CONSTRAINT pk_refusal_hour PRIMARY KEY (chain, hour)
)
 WITHOUT ROWID;

CREATE TABLE refusal_seen (
    chain VARCHAR(63) NOT NULL,
    hour BIGINT NOT NULL,
    "key" BLOB NOT NULL,
    CONSTRAINT pk_refusal_seen PRIMARY KEY (chain, hour, "key")
)
 WITHOUT ROWID;

CREATE TABLE refusal_suppressed (
    chain VARCHAR(63) NOT NULL,
    hour BIGINT NOT NULL,
    code VARCHAR(60) NOT NULL,
    count BIGINT NOT NULL,
    CONSTRAINT pk_refusal_suppressed PRIMARY KEY (chain, hour, code)
)
 WITHOUT ROWID;

CREATE TABLE account (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    organisation_id INTEGER NOT NULL,
    email VARCHAR(254) NOT NULL,
    name TEXT NOT NULL,
    role VARCHAR(16) NOT NULL,
    origin VARCHAR(16) NOT NULL,
    suspended_at VARCHAR(32),
    created_at VARCHAR(32) NOT NULL,
    CONSTRAINT ck_account_origin CHECK (origin IN ('staff', 'invitation', 'sign_on')),
    CONSTRAINT ck_account_role CHECK (role IN ('member', 'admin', 'auditor')),
    CONSTRAINT fk_account_organisation_id_organisation FOREIGN KEY(organisation_id) REFERENCES organisation (id),
    CONSTRAINT uq_account_organisation_id_email UNIQUE (organisation_id, email)
);

CREATE INDEX ix_account_email ON account (email);

CREATE TABLE audit_detail (
    chain VARCHAR(63) NOT NULL,
    sequence BIGINT NOT NULL,
    salt BLOB NOT NULL,
    json BLOB NOT NULL,
    CONSTRAINT pk_audit_detail PRIMARY KEY (chain, sequence),
    CONSTRAINT fk_audit_detail_chain_sequence_audit_event FOREIGN KEY(chain, sequence) REFERENCES audit_event (chain, sequence)
)
 WITHOUT ROWID;

CREATE TABLE consumed_assertion (
    "key" BLOB NOT NULL,
    organisation_id INTEGER NOT NULL,
    keep_until VARCHAR(32) NOT NULL,
    CONSTRAINT pk_consumed_assertion PRIMARY KEY ("key"),
    CONSTRAINT fk_consumed_assertion_organisation_id_organisation FOREIGN KEY(organisation_id) REFERENCES organisation (id)
)
 WITHOUT ROWID;

CREATE TABLE organisation_domain (
    name VARCHAR(253) NOT NULL,
    organisation_id INTEGER NOT NULL,
    proof VARCHAR(16) NOT NULL,
    proven_at VARCHAR(32) NOT NULL,
    CONSTRAINT pk_organisation_domain PRIMARY KEY (name),
    CONSTRAINT ck_organisation_domain_proof CHECK (proof IN ('staff', 'dns')),
    CONSTRAINT fk_organisation_domain_organisation_id_organisation FOREIGN KEY(organisation_id) REFERENCES organisation (id)
);

CREATE INDEX ix_organisation_domain_organisation_id ON organisation_domain (organisation_id);

CREATE TABLE pending_request (
    organisation_id INTEGER NOT NULL,
    request_id VARCHAR(80) NOT NULL,
    handle_hash BLOB NOT NULL,
    binding_hash BLOB NOT NULL,
    return_to TEXT,
    purpose VARCHAR(16) NOT NULL,
    revision INTEGER NOT NULL,
    noted_session_hash BLOB,
    created_at VARCHAR(32) NOT NULL,
    expires_at VARCHAR(32) NOT NULL,
    answered_at VARCHAR(32),
    restarted BOOLEAN NOT NULL,
    force_authn BOOLEAN NOT NULL,
    CONSTRAINT pk_pending_request PRIMARY KEY (organisation_id, request_id),
    CONSTRAINT ck_pending_request_purpose CHECK (purpose IN ('sign_in', 'test')),
    CONSTRAINT fk_pending_request_organisation_id_organisation FOREIGN KEY(organisation_id) REFERENCES organisation (id)
)
 WITHOUT ROWID;

CREATE INDEX ix_pending_request_handle_hash ON pending_request (handle_hash);

CREATE TABLE required_group (
    organisation_id INTEGER NOT NULL,
    name VARCHAR(256) NOT NULL,
    CONSTRAINT pk_required_group PRIMARY KEY (organisation_id, name),
    CONSTRAINT fk_required_group_organisation_id_organisation FOREIGN KEY(organisation_id) REFERENCES organisation (id)
);

CREATE TABLE revision (
    organisation_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    digest VARCHAR(64) NOT NULL,
    idp_entity_id TEXT NOT NULL,
    created_at VARCHAR(32) NOT NULL,
    provider VARCHAR(32) NOT NULL,
    source TEXT NOT NULL,
    CONSTRAINT pk_revision PRIMARY KEY (organisation_id, number),
    CONSTRAINT fk_revision_organisation_id_organisation FOREIGN KEY(organisation_id) REFERENCES organisation (id)
);

CREATE TABLE identity_link (
    organisation_id INTEGER NOT NULL,
    identity_key BLOB NOT NULL,
    source_key BLOB NOT NULL,
    account_id INTEGER NOT NULL,
    idp_entity_id TEXT NOT NULL,
    source TEXT NOT NULL,
    value TEXT NOT NULL,
    linked_at VARCHAR(32) NOT NULL,
    CONSTRAINT pk_identity_link PRIMARY KEY (organisation_id, identity_key),
    CONSTRAINT fk_identity_link_account_id_account FOREIGN KEY(account_id) REFERENCES account (id),
    CONSTRAINT fk_identity_link_organisation_id_organisation FOREIGN KEY(organisation_id) REFERENCES organisation (id),
    CONSTRAINT uq_identity_link_account_id_source_key UNIQUE (account_id, source_key)
);

CREATE TABLE session (
    token_hash BLOB NOT NULL,
    public_id VARCHAR(20) NOT NULL,
    account_id INTEGER NOT NULL,
    organisation_id INTEGER NOT NULL,
    created_at VARCHAR(32) NOT NULL,
    seen_at VARCHAR(32) NOT NULL,
    expires_at VARCHAR(32) NOT NULL,
    idle_seconds INTEGER NOT NULL,
    how VARCHAR(16) NOT NULL,
    idp_entity_id TEXT,
    name_id TEXT,
    name_id_format TEXT,
    name_qualifier TEXT,
    sp_name_qualifier TEXT,
    session_index TEXT,
    authn_instant VARCHAR(32),
    revision INTEGER,
    binding_hash BLOB,
    user_agent VARCHAR(200) NOT NULL,
    address VARCHAR(64) NOT NULL,
    CONSTRAINT pk_session PRIMARY KEY (token_hash),
    CONSTRAINT fk_session_account_id_account FOREIGN KEY(account_id) REFERENCES account (id),
    CONSTRAINT fk_session_organisation_id_organisation FOREIGN KEY(organisation_id) REFERENCES organisation (id)
)
 WITHOUT ROWID;

CREATE INDEX ix_session_account_id ON session (account_id);

CREATE INDEX ix_session_organisation_id_session_binding_hash ON session (organisation_id, binding_hash);

INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING version_num;

COMMIT;

