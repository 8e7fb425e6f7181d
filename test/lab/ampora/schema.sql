-- A small Ampora: what the runbook's queries need, no more.
CREATE TABLE tenants(id int PRIMARY KEY, name text NOT NULL, created_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE agents(id int PRIMARY KEY, tenant_id int NOT NULL, name text NOT NULL);
CREATE TABLE configurations(id int PRIMARY KEY, tenant_id int NOT NULL, body text NOT NULL);
CREATE TABLE agent_credentials(id int PRIMARY KEY, agent_id int NOT NULL, secret text NOT NULL);
CREATE TABLE pki_authorities(id int PRIMARY KEY, purpose text NOT NULL, certificate text NOT NULL, private_key text);
CREATE TABLE audit_events(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(), action text NOT NULL, actor text NOT NULL);
INSERT INTO tenants SELECT g, 'tenant ' || g FROM generate_series(1, 1000) g;
INSERT INTO agents SELECT g, 1 + g % 1000, 'agent ' || g FROM generate_series(1, 3000) g;
INSERT INTO configurations SELECT g, 1 + g % 1000, repeat(md5(g::text), 8) FROM generate_series(1, 2000) g;
INSERT INTO audit_events(at, action, actor) VALUES (clock_timestamp() - interval '40 days', 'KeyProtection.MasterKey.Rotated', 'key-admin');
INSERT INTO audit_events(at, action, actor) SELECT clock_timestamp() - g * interval '1 minute', 'Agent.Checkin', 'agent ' || g FROM generate_series(1, 20000) g;
