{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.redis.follow-sentinel.sh" -}}
#!/bin/sh
# Tells the Sentinel beside it of a new password.
set -u

# The password that the Secret has come to hold is accepted beside that of the start, until the pod restarts.
accepted=$REDISCLI_AUTH
follow_password() {
  password=$(cat /run/secrets/redis/password)
  case $password in "$accepted" | '' | *[[:cntrl:]]*) return ;; esac
  quoted=$(printf '%s' "$password" | sed 's/["\\]/\\&/g')
  printf '%s\n' "acl setuser default \">$quoted\"" "sentinel set mymaster auth-pass \"$quoted\"" \
    "sentinel config set sentinel-pass \"$quoted\"" | redis-cli -p 26379 -e > /dev/null || return
  accepted=$password
  echo 'a new password is accepted too'
}

while sleep 5; do
  follow_password
done
{{- end }}
