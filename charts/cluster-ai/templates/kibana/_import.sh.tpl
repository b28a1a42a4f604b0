{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.import.sh" -}}
#!/bin/sh
# Imports data view, searches and dashboard. It may run again at any time: what has their IDs is as it is here then.
set -eu
umask 077
line_break='
'
say() { echo "$(date -u +%T) $*"; }
fail() { say "$*" >&2; exit 1; }
# secret KEY: a password, as JSON and curl quote it.
secret() {
  value=$(cat "/run/secrets/elasticsearch/$1")
  case $value in *[[:cntrl:]]*) fail "$1 holds a line break or another control character" ;; esac
  [ ${#value} -ge 6 ] || fail "$1 has ${#value} characters, and Elasticsearch takes 6 or more"
  printf '%s' "$value" | sed 's/["\\]/\\&/g'
}
password=$(secret elastic-password)
printf 'user = "elastic:%s"\n' "$password" > /run/requests/curl

# request METHOD PATH OPTION…: prints the answer, then its status on a line of its own.
request() {
  method=$1 path=$2
  shift 2
  curl --silent --show-error --max-time 120 --config /run/requests/curl --request "$method" \
    --write-out '\n%{http_code}' "$@" "$URL/$path"
}
status() { echo "${1##*"$line_break"}"; }

deadline=$(($(date +%s) + 1800))
until
  answer=$(request GET api/status 2>&1) || :
  [ "$(status "$answer")" = 200 ]
do
  [ "$(date +%s)" -lt "$deadline" ] || fail "Kibana is not available after 1800 s: $(status "$answer")"
  sleep 5
done

# Kibana takes one object per line.
for object in /etc/kibana-objects/*.json; do
  tr -d '\n' < "$object"
  echo
done > /run/requests/objects.ndjson
answer=$(request POST 'api/saved_objects/_import?overwrite=true' --header 'kbn-xsrf: true' \
  --form file=@/run/requests/objects.ndjson) || fail 'no answer to the import'
case $answer in
  *'"success":true'*"$line_break"200) say "$(wc -l < /run/requests/objects.ndjson) objects are there" ;;
  *) fail "$answer" ;;
esac
{{- end }}
