{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.elasticsearch.prepare.sh" -}}
#!/bin/sh
# The configuration of this start: the image's, these files, and a keystore with what is secret.
set -eu
umask 077
cp -R /usr/share/elasticsearch/config/. /etc/elasticsearch
cp /etc/elasticsearch-files/elasticsearch.yml /etc/elasticsearch
cp /etc/elasticsearch-files/heap.options /etc/elasticsearch/jvm.options.d
rm -f /etc/elasticsearch/elasticsearch.keystore

# Values go through a pipe: arguments are for all to read.
names=
values() {
  for name; do
    value=$(cat "/run/secrets/elasticsearch/$name")
    case $value in
      '') echo "$name is empty" >&2; exit 1 ;;
      *[[:cntrl:]]*) echo "$name holds a line break or another control character" >&2; exit 1 ;;
    esac
    printf '%s\n' "$value"
  done
}
if [ -e /run/secrets/elasticsearch/access-key-id ]; then
  set -- elastic-password access-key-id secret-access-key
  names='bootstrap.password s3.client.default.access_key s3.client.default.secret_key'
else
  set -- elastic-password
  names=bootstrap.password
fi
all=$(values "$@")
printf '%s\n' "$all" | elasticsearch-keystore add --silent --force --stdin $names
{{- end }}
