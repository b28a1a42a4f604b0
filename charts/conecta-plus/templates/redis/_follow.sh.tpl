{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.redis.follow.sh" -}}
#!/bin/sh
# Tells the server beside it of what changes around it: that it has all data, and the password.
set -u

# A server that started without data may become master once it was in step, and has it in its own file.
complete() {
  [ -e /data/incomplete ] || return
  redis-cli info replication | grep -q -e '^role:master' -e '^master_link_status:up' || return
  redis-cli info persistence | tr -d '\r' | awk -F : '
    /^aof_(enabled|rewrite_in_progress|rewrite_scheduled):/ { state = state $2 }
    END { exit state != "100" }' || return
  redis-cli -e config set replica-priority 100 > /dev/null && rm /data/incomplete && echo 'in step: may become master'
}

# The password that the Secret has come to hold is accepted beside that of the start, until the pod restarts.
accepted=$REDISCLI_AUTH
follow_password() {
  password=$(cat /run/secrets/redis/password)
  case $password in "$accepted" | '' | *[[:cntrl:]]*) return ;; esac
  quoted=$(printf '%s' "$password" | sed 's/["\\]/\\&/g')
  printf '%s\n' "acl setuser default \">$quoted\"" "config set masterauth \"$quoted\"" |
    redis-cli -e > /dev/null || return
  accepted=$password
  echo 'a new password is accepted too'
}

while sleep "$([ -e /data/incomplete ] && echo 1 || echo 5)"; do
  complete
  follow_password
done
{{- end }}
