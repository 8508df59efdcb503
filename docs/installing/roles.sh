#!/bin/sh
# The database and its two roles: vouch_owner owns the tables and runs migrations, vouch_web is what everything else
# speaks as (manage.py grant_web_role says what it may). Run by whoever may make roles: on a plain machine the user
# postgres, with compose the database's own first start. VOUCH_OWNER_PASSWORD and VOUCH_WEB_PASSWORD: letters and digits.
set -eu
psql -q -v ON_ERROR_STOP=1 -d postgres <<END
CREATE ROLE vouch_owner LOGIN PASSWORD '${VOUCH_OWNER_PASSWORD:?}';
CREATE ROLE vouch_web LOGIN PASSWORD '${VOUCH_WEB_PASSWORD:?}';
CREATE DATABASE vouch OWNER vouch_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE CONNECT ON DATABASE vouch FROM PUBLIC;
GRANT CONNECT ON DATABASE vouch TO vouch_web;
END
