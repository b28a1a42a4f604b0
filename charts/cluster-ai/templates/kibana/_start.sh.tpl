{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.start.sh" -}}
#!/bin/sh
set -eu
umask 077
# setting NAME KEY LENGTH: a line of YAML with what the Secret's key holds, of that many characters or more.
setting() {
  value=$(cat "/run/secrets/kibana/$2")
  case $value in *[[:cntrl:]]*) echo "$2 holds a line break or another control character" >&2; exit 1 ;; esac
  [ ${#value} -ge "$3" ] || { echo "$2 has ${#value} characters, and Kibana takes $3 or more" >&2; exit 1; }
  printf '%s: "%s"\n' "$1" "$(printf '%s' "$value" | sed 's/["\\]/\\&/g')"
}
{
  setting elasticsearch.password kibana-system-password 6
  setting xpack.security.encryptionKey security-encryption-key 32
  setting xpack.encryptedSavedObjects.encryptionKey saved-objects-encryption-key 32
} > /run/kibana/secrets.yml
exec /usr/share/kibana/bin/kibana --config=/etc/kibana/kibana.yml --config=/run/kibana/secrets.yml
{{- end }}
