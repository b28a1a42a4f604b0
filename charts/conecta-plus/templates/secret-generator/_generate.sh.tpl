{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.secret-generator.generate.sh" -}}
#!/bin/sh
# Creates the Secrets that are missing, with random values. A Secret that exists is never changed.
set -eu
umask 077
account=/var/run/secrets/kubernetes.io/serviceaccount
namespace=$(cat "$account/namespace")
url=https://kubernetes.default.svc/api/v1/namespaces/$namespace/secrets
failed=0
line_break='
'

# Token and values go through files and pipes: arguments are for all to read.
printf 'Authorization: Bearer %s\n' "$(cat "$account/token")" > /run/secret-generator/headers

# Prints the answer, then the status on a line of its own.
request() {
  curl --silent --show-error --retry 10 --retry-all-errors --max-time 30 --cacert "$account/ca.crt" \
    --header @/run/secret-generator/headers --write-out '\n%{http_code}' "$@"
}
refuse() { echo "$*" >&2; failed=1; }
# Bytes that are no letter or digit are thrown away, so that each character is as likely as any other.
random() { LC_ALL=C tr -dc 'A-Za-z0-9' < /dev/urandom | head -c 32; }

# create NAME KEY…
create() {
  name=$1 entries=
  shift
  for key; do entries="$entries${entries:+,}\"$key\":\"$(random)\""; done
  labels='"app.kubernetes.io/instance":"{{ .Release.Name }}","app.kubernetes.io/managed-by":"{{ .Release.Name }}-secret-generator"'
  note='"kubernetes.io/description":"Random values, made by {{ .Release.Name }}-secret-generator. They outlive the release."'
  printf '%s' "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"type\":\"Opaque\",\"stringData\":{$entries},
    \"metadata\":{\"name\":\"$name\",\"labels\":{$labels},\"annotations\":{$note}}}" |
    request --header 'Content-Type: application/json' --data-binary @- "$url"
}
# check ANSWER NAME KEY…
check() {
  data=$(printf '%s' "$1" | tr -d ' \n' | sed -n 's/.*"data":{\([^}]*\)}.*/,\1/p') name=$2 missing=
  shift 2
  for key; do
    case $data in
      *",\"$key\":\"\""*) missing="$missing $key" ;;
      *",\"$key\":"*) ;;
      *) missing="$missing $key" ;;
    esac
  done
  if [ -z "$missing" ]; then
    echo "$name exists"
  else
    refuse "$name exists, but lacks:$missing. Add what is missing, or delete the Secret; then run this Job again."
  fi
}
# ensure NAME KEY…
ensure() {
  answer=$(request "$url/$1")
  case ${answer##*"$line_break"} in
    200) check "$answer" "$@"; return ;;
    404) answer=$(create "$@") ;;
  esac
  case ${answer##*"$line_break"} in
    201) echo "$1 created" ;;
    409) ensure "$@" ;; # somebody else was faster
    *) refuse "$1: $(printf '%s' "$answer" | sed -n 's/^ *"message": *//p')" ;;
  esac
}

ensure {{ include "conecta-plus.postgres.secretName" . }} postgres-password replication-password password pooler-password
{{- if lt (ternary (int64 .Values.objectives.users) 0 (not (kindIs "invalid" .Values.objectives.users))) 5000 }}
ensure {{ include "conecta-plus.redis.secretName" . }} password
{{- end }}
{{- if ge (ternary (int64 .Values.objectives.users) 0 (not (kindIs "invalid" .Values.objectives.users))) 5000 }}
ensure {{ include "conecta-plus.redis-cluster.secretName" . }} password
{{- end }}
ensure {{ include "conecta-plus.object-store.secretName" . }} root-user root-password access-key-id secret-access-key
{{- if .Values.backup.enabled }}
ensure {{ include "conecta-plus.backup.secretName" . }} password
{{- end }}
{{- if and .Values.grafana.enabled .Values.prometheus.enabled }}
ensure {{ include "conecta-plus.grafana.secretName" . }} admin-password secret-key
{{- end }}
exit "$failed"
{{- end }}
