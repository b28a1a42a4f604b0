{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.elasticsearch.setup.sh" -}}
#!/bin/sh
# Makes what writes and reads logs at home in Elasticsearch. It may run again at any time: all is as it says here
# then, the passwords as the Secret says.
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
printf 'cacert = "/run/secrets/elasticsearch-tls/ca.crt"\n' >> /run/requests/curl

# request METHOD PATH OPTION…: prints the answer, then its status on a line of its own.
request() {
  method=$1 path=$2
  shift 2
  curl --silent --show-error --max-time 120 --config /run/requests/curl --request "$method" \
    --write-out '\n%{http_code}' "$@" "$URL/$path"
}
status() { echo "${1##*"$line_break"}"; }

# put METHOD PATH: the JSON of the standard input.
put() {
  answer=$(request "$1" "$2" --header 'Content-Type: application/json' --data-binary @-) || fail "$2: no answer"
  case $(status "$answer") in 200 | 201) say "$2" ;; *) fail "$2: $answer" ;; esac
}
# user NAME KEY
user() {
  password=$(secret "$2")
  printf '{"password":"%s","roles":["%s"],"enabled":true}' "$password" "$1" | put PUT "_security/user/$1"
}

deadline=$(($(date +%s) + 1800))
until
  answer=$(request GET '_cluster/health?wait_for_status=yellow&timeout=10s' 2>&1) || :
  [ "$(status "$answer")" = 200 ]
do
  [ "$(date +%s)" -lt "$deadline" ] || fail "no cluster that answers after 1800 s: $answer"
  sleep 5
done

password=$(secret kibana-system-password)
printf '{"password":"%s"}' "$password" | put POST _security/user/kibana_system/_password
put PUT _security/role/logstash_writer <<'JSON'
{
  "cluster": ["monitor"],
  "indices": [{"names":["logs-*-default"],"privileges":["auto_configure","create_doc"]}]
}
JSON
put PUT _security/role/exporter <<'JSON'
{"cluster":["monitor","read_slm","cluster:admin/slm/stats"],"indices":[]}
JSON
put PUT _security/role/jaeger <<'JSON'
{
  "cluster": ["monitor","manage_index_templates"],
  "indices": [{"names":["jaeger-*"],"privileges":["manage","read","write"]}]
}
JSON
put PUT _security/role/grafana <<'JSON'
{
  "cluster": ["monitor"],
  "indices": [{"names":["logs-*-default"],"privileges":["read","view_index_metadata"]}]
}
JSON
put PUT _security/role/logs_reader <<'JSON'
{
  "cluster": [],
  "indices": [{"names":["logs-*-default"],"privileges":["read","view_index_metadata"]}],
  "applications": [
    {"application":"kibana-.kibana","privileges":["read"],"resources":["space:default"]}
  ]
}
JSON
user logstash_writer logstash-writer-password
user exporter exporter-password
user jaeger jaeger-password
user grafana grafana-password
put PUT _ilm/policy/logs-default <<'JSON'
{
  "policy": {
    "phases": {
      "hot": {"actions":{"rollover":{"max_age":"1d","max_primary_shard_size":"10gb"}}},
      "delete": {"min_age":"{{ int64 .Values.elasticsearch.retentionDays }}d","actions":{"delete":{}}}
    }
  }
}
JSON
put PUT _index_template/logs-default <<'JSON'
{
  "index_patterns": ["logs-*-default"],
  "priority": 500,
  "data_stream": {},
  "template": {
    "settings": {
      "index.mode": "standard",
      "index.codec": "best_compression",
      "index.lifecycle.name": "logs-default",
      "index.number_of_shards": 1,
      "index.auto_expand_replicas": "0-1",
      "index.unassigned.node_left.delayed_timeout": "5m"
    },
    "mappings": {
      "dynamic": false,
      "properties": {
        "@timestamp": {"type":"date"},
        "message": {"type":"match_only_text"},
        "tags": {"type":"keyword"},
        "stream": {"type":"keyword"},
        "labels.release": {"type":"keyword"},
        "labels.tier": {"type":"keyword"},
        "labels.component": {"type":"keyword"},
        "kubernetes.namespace": {"type":"keyword"},
        "kubernetes.node.name": {"type":"keyword"},
        "kubernetes.pod.name": {"type":"keyword"},
        "kubernetes.pod.uid": {"type":"keyword"},
        "kubernetes.container.name": {"type":"keyword"},
        "log.file.path": {"type":"keyword"},
        "log.flags": {"type":"keyword"},
        "log.level": {"type":"keyword"},
        "log.logger": {"type":"keyword"},
        "log.offset": {"type":"long"},
        "trace.id": {"type":"keyword"},
        "span.id": {"type":"keyword"},
        "error.type": {"type":"keyword"},
        "error.message": {"type":"match_only_text"},
        "error.stack_trace": {"type":"wildcard"},
        "http.request.id": {"type":"keyword"},
        "http.request.method": {"type":"keyword"},
        "http.response.body.bytes": {"type":"long"},
        "http.response.status_code": {"type":"integer"},
        "http.seconds": {"type":"double"},
        "http.version": {"type":"keyword"},
        "url.path": {"type":"wildcard"},
        "client.address": {"type":"keyword"},
        "user_agent.original": {"type":"keyword"},
        "upstream.seconds": {"type":"keyword"},
        "upstream.status": {"type":"keyword"},
        "process.pid": {"type":"long"},
        "user.name": {"type":"keyword"},
        "postgres.application": {"type":"keyword"},
        "postgres.database": {"type":"keyword"},
        "postgres.milliseconds": {"type":"double"},
        "postgres.query_id": {"type":"keyword"},
        "postgres.sqlstate": {"type":"keyword"},
        "application": {"type":"flattened"}
      }
    }
  }
}
JSON
{{- if .Values.elasticsearch.snapshots.enabled }}
put PUT _snapshot/s3 <<'JSON'
{"type":"s3","settings":{"client":"default","bucket":"{{ .Values.elasticsearch.snapshots.bucket }}","base_path":"{{ .Values.elasticsearch.snapshots.folder }}"}}
JSON
put PUT _slm/policy/snapshots <<'JSON'
{
  "schedule": "{{ int64 .Values.elasticsearch.snapshots.everyHours }}h",
  "name": "<snapshot-{now/d}>",
  "repository": "s3",
  "config": {"include_global_state":true},
  "retention": {"expire_after":"{{ int64 .Values.elasticsearch.snapshots.keepDays }}d","min_count":1}
}
JSON
{{- end }}
say 'all is there'
{{- end }}
