#!/bin/sh
# Stand-in of the lab for AKKO's program of this name, which is not to be had. It really rotates what the lab has: the password of akko-admin in
# Keycloak, and the password of Superset's account in the database together with the secret that Superset reads it from.
set -eu
umask 077
here=$(cd "$(dirname "$0")/../.." && pwd)
keycloak=http://127.0.0.1:17487
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fresh() { od -An -N18 -tx1 /dev/urandom | tr -d ' \n'; }

curl --silent --show-error --fail --data "@$here/keycloak-login" "$keycloak/realms/master/protocol/openid-connect/token" | jq --raw-output '"header = \"Authorization: Bearer " + .access_token + "\""' > "$work/token"
id=$(curl --silent --show-error --fail --config "$work/token" "$keycloak/admin/realms/akko/users?username=akko-admin&exact=true" | jq --raw-output '.[0].id')
fresh > "$work/password"
jq --raw-input '{type: "password", value: ., temporary: false}' < "$work/password" > "$work/body"
curl --silent --show-error --fail --config "$work/token" --request PUT --header 'Content-Type: application/json' --data "@$work/body" "$keycloak/admin/realms/akko/users/$id/reset-password"
echo 'the password of akko-admin is a new one'

fresh > "$work/superset"
printf "ALTER ROLE superset PASSWORD '%s';\n" "$(cat "$work/superset")" | kubectl --namespace=akko exec --stdin akko-postgresql-0 -- psql --no-psqlrc --quiet --username=postgres --set=ON_ERROR_STOP=1
kubectl --namespace=akko create secret generic superset --from-file=password="$work/superset" --dry-run=client --output=json | kubectl --namespace=akko replace --filename=-
kubectl --namespace=akko rollout restart deployment/akko-superset
echo 'the password of the database account superset is a new one'
