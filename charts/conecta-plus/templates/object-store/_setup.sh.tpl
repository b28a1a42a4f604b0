{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.object-store.setup.sh" -}}
#!/bin/sh
# Makes the buckets and the users of the application in MinIO. It may run again at any time: all is as the list of
# buckets and the Secret say then. It takes away keys that the Secret no longer has, and no bucket, no object.
set -eu
umask 077
export MC_QUIET=true MC_NO_COLOR=true MC_DISABLE_PAGER=true
say() { echo "$(date -u +%T) $*"; }
fail() { say "$*" >&2; exit 1; }
# run COMMAND…: what it says is shown.
run() { answer=$("$@" 2>&1) || fail "$*: $answer"; say "$answer"; }
# quietly WHAT COMMAND…: what it says has IDs of keys, which are not for the log.
quietly() { what=$1; shift; answer=$("$@" 2>&1) || fail "$what: $answer"; say "$what"; }
secret() { cat "/run/secrets/object-store/$1"; }
# Keys go through pipes: arguments are for all to read.
pair() { printf '%s\n%s\n' "$(secret "$1")" "$(secret "$2")"; }
login() { pair root-user root-password | mc alias set store "$URL"; }

deadline=$(($(date +%s) + 1800))
until answer=$(login 2>&1); do
  [ "$(date +%s)" -lt "$deadline" ] || fail "no login as root after 1800 s: $answer"
  sleep 2
done

# rules: how long what a bucket has is kept, in JSON.
rules() {
  expiration='"ExpiredObjectDeleteMarker":true'
  [ "$expire" = - ] || expiration="\"Days\":$expire"
  older=
  [ "$noncurrent" = - ] || older=",\"NoncurrentVersionExpiration\":{\"NoncurrentDays\":$noncurrent}"
  printf '{"Rules":[{"ID":"kept","Status":"Enabled","Expiration":{%s}%s}]}' "$expiration" "$older"
}
# statement EFFECT ACTIONS RESOURCES
statement() { printf '"Effect":"%s","Action":[%s],"Resource":[%s]' "$@"; }

buckets= objects=
while read -r bucket public versioning quota expire noncurrent <&3; do
  [ "$bucket" != '#' ] || continue
  run mc mb --ignore-existing "store/$bucket"
  if [ "$versioning" = true ]; then
    run mc version enable "store/$bucket"
  else
    # What was never versioned stays so: suspended is something else.
    case $(mc version info "store/$bucket") in *un-versioned*) ;; *) run mc version suspend "store/$bucket" ;; esac
  fi
  if [ "$public" = true ]; then
    printf '{"Version":"2012-10-17","Statement":[{"Principal":{"AWS":["*"]},%s}]}' \
      "$(statement Allow '"s3:GetObject"' "\"arn:aws:s3:::$bucket/*\"")" > /run/object-store/public.json
    run mc anonymous set-json /run/object-store/public.json "store/$bucket"
  else
    run mc anonymous set private "store/$bucket"
  fi
  if [ "$quota" = - ]; then run mc quota clear "store/$bucket"; else run mc quota set "store/$bucket" --size "$quota"; fi
  if [ "$expire$noncurrent" != -- ]; then
    rules | mc ilm rule import "store/$bucket" || fail "the rules of $bucket: see above"
  elif mc ilm rule ls "store/$bucket" > /dev/null 2>&1; then
    run mc ilm rule rm --all --force "store/$bucket"
  fi
  buckets="$buckets${buckets:+,}\"arn:aws:s3:::$bucket\"" objects="$objects${objects:+,}\"arn:aws:s3:::$bucket/*\""
done 3< /etc/object-store/buckets

# Objects of these buckets. Who has the key can neither destroy what versioning keeps, which MinIO allows with
# s3:DeleteObject unless it is denied, nor make keys that outlive this one.
objects_actions='"s3:GetObject","s3:PutObject","s3:DeleteObject","s3:AbortMultipartUpload","s3:ListMultipartUploadParts"'
printf '{"Version":"2012-10-17","Statement":[{%s},{%s},{%s},{"Effect":"Deny","Action":[%s]}]}' \
  "$(statement Allow '"s3:GetBucketLocation","s3:ListBucket","s3:ListBucketMultipartUploads"' "$buckets")" \
  "$(statement Allow "$objects_actions" "$objects")" \
  "$(statement Deny '"s3:DeleteObjectVersion"' "$objects")" \
  '"admin:CreateServiceAccount","admin:UpdateServiceAccount"' \
  > /run/object-store/policy.json
run mc admin policy create store application /run/object-store/policy.json

# user PREFIX
user() {
  id=$(secret "$1access-key-id")
  case $id in '' | *[!A-Za-z0-9._~+/@-]*) fail "$1access-key-id has other characters than A-Z a-z 0-9 . _ ~ + / @ -" ;; esac
  pair "$1access-key-id" "$1secret-access-key" | quietly "the pair of $1access-key-id is known" mc admin user add store || exit 1
  quietly "it may what the policy allows" mc admin policy attach store application --user "$id"
}
current=$(secret access-key-id) other=
if [ -s /run/secrets/object-store/other-access-key-id ]; then
  other=$(secret other-access-key-id)
  [ "$current" != "$other" ] || fail 'access-key-id and other-access-key-id are one: a new secret needs a new ID'
  user other-
fi
user ''

users=$(mc --json admin user ls store) || fail "the users are not listed: $users"
printf '%s\n' "$users" > /run/object-store/users
while read -r line <&3; do
  case $line in *'"policyName":"application"'*) ;; *) continue ;; esac
  id=${line#*'"accessKey":"'} id=${id%%'"'*}
  [ "$id" = "$current" ] || [ "$id" = "$other" ] ||
    quietly 'a pair that the Secret no longer has is gone' mc admin user rm store "$id"
done 3< /run/object-store/users
say 'all is there'
{{- end }}
