{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.certificates.generate.sh" -}}
#!/bin/sh
# Makes certificates that are missing, and renews those that it made. What others made is looked at, never changed.
set -eu
umask 077
account=/var/run/secrets/kubernetes.io/serviceaccount
namespace=$(cat "$account/namespace")
url=https://kubernetes.default.svc/api/v1/namespaces/$namespace/secrets
failed=0
line_break='
'

# Token and values go through files and pipes: arguments are for all to read.
printf 'Authorization: Bearer %s\n' "$(cat "$account/token")" > /run/certificates/headers

# Prints the answer, then the status on a line of its own.
request() {
  curl --silent --show-error --retry 10 --retry-all-errors --max-time 30 --cacert "$account/ca.crt" \
    --header @/run/certificates/headers --write-out '\n%{http_code}' "$@"
}
refuse() { echo "$*" >&2; failed=1; }

# Keys stay in memory, in files and pipes: they are in no argument and no output.
cd /run/certificates
mkdir -p authority server
days={{ int64 .Values.certificates.validityDays }}
note='Signed by {{ .Release.Name }}-certificates-ca, renewed by {{ .Release.Name }}-certificates. It outlives the release.'

status() { printf '%s' "${answer##*"$line_break"}"; }
message() { printf '%s' "$answer" | sed -n 's/^ *"message": *//p'; }
flat() { printf '%s' "$answer" | tr -d ' \n'; }
# keep FOLDER KEY: what the last answer has under a key of its data. Fails where that is nothing.
keep() {
  flat | sed -n 's/.*"data":{\([^}]*\)}.*/,\1/p' | sed -n "s/.*,\"$2\":\"\([^\"]*\)\".*/\1/p" | base64 -d > "$1/$2"
  [ -s "$1/$2" ]
}
lasts() { openssl x509 -noout -in "$1/tls.crt" -checkend "$2" > /dev/null; }
end() { openssl x509 -noout -in server/tls.crt -enddate | sed 's/notAfter=//'; }

# pair FOLDER NAME HOSTS OPTION…: a key, and a certificate for it, by the section of the folder's name.
pair() {
  folder=$1 NAME=$(printf %.64s "$2") HOSTS=$3
  export NAME HOSTS
  shift 3
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$folder/tls.key"
  openssl req -x509 -new -config /etc/certificates/openssl.cnf -extensions "$folder" -key "$folder/tls.key" \
    -out "$folder/tls.crt" "$@" 2> said || { cat said >&2; exit 1; } # what it says of success differs by its version
}
encoded() { base64 -w 0 < "$1"; }
# send FOLDER NAME NOTE OPTION…: the Secret with the pair.
send() {
  labels='"app.kubernetes.io/instance":"{{ .Release.Name }}","app.kubernetes.io/managed-by":"{{ .Release.Name }}-certificates"'
  metadata="\"name\":\"$2\",\"labels\":{$labels},\"annotations\":{\"kubernetes.io/description\":\"$3\"}$version"
  data="\"tls.crt\":\"$(encoded "$1/tls.crt")\",\"ca.crt\":\"$(encoded authority/tls.crt)\""
  secret="\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"type\":\"kubernetes.io/tls\",\"metadata\":{$metadata}"
  key=$(encoded "$1/tls.key")
  shift 3
  printf '%s' "{$secret,\"data\":{$data,\"tls.key\":\"$key\"}}" | request --data-binary @- "$@"
}
create() { version= && send "$@" --header 'Content-Type: application/json' "$url"; }
# Another version than the one that was read is left alone.
change() {
  version=",\"resourceVersion\":\"$(flat | sed 's/.*"resourceVersion":"\([^"]*\)".*/\1/')\""
  send "$@" --request PATCH --header 'Content-Type: application/merge-patch+json' "$url/$2"
}

authority() {
  answer=$(request "$url/{{ .Release.Name }}-certificates-ca")
  case $(status) in
    200)
      if keep authority tls.crt && keep authority tls.key && lasts authority $((days * 86400)); then return; fi
      refuse '{{ .Release.Name }}-certificates-ca lacks a key, or ends before what it would sign. Delete it and run this again, which makes all anew.'
      exit 1
      ;;
    404)
      pair authority {{ .Release.Name }}-certificates-ca DNS:localhost -days 3650
      answer=$(create authority {{ .Release.Name }}-certificates-ca 'The authority of what {{ .Release.Name }}-certificates signs. It outlives the release.')
      ;;
  esac
  case $(status) in
    201) echo '{{ .Release.Name }}-certificates-ca created' ;;
    409) authority ;; # somebody else was faster
    *) refuse "{{ .Release.Name }}-certificates-ca: $(message)"; exit 1 ;;
  esac
}

# fault HOST…: what is wrong with the certificate of the last answer, or nothing.
fault() {
  for key in tls.crt tls.key ca.crt; do
    keep server "$key" || [ "$kind $key" = 'public ca.crt' ] || { echo "lacks $key"; return; }
  done
  openssl x509 -noout -in server/tls.crt 2> /dev/null || { echo 'has a tls.crt that is no certificate'; return; }
  [ "$(openssl x509 -noout -in server/tls.crt -pubkey)" = "$(openssl pkey -in server/tls.key -pubout)" ] ||
    { echo 'has a tls.key of another certificate'; return; }
  [ -z "$made_here" ] || [ "$(cat server/ca.crt)" = "$(cat authority/tls.crt)" ] ||
    { echo 'is of another authority'; return; }
  [ ! -s server/ca.crt ] || openssl verify -partial_chain -no_check_time -CAfile server/ca.crt \
    -untrusted server/tls.crt server/tls.crt > /dev/null 2>&1 ||
    { echo 'is not signed by the authority in its ca.crt'; return; }
  for host; do
    case $(openssl x509 -noout -in server/tls.crt -checkhost "$host") in
      *' does match '*) ;;
      *) echo "is not for $host"; return ;;
    esac
  done
  lasts server "${made_here:-1209600}" || echo "ends on $(end)"
}
# issue HOST…
issue() {
  hosts=
  for host; do hosts=$hosts${hosts:+,}DNS:$host; done
  pair server "$name" "$hosts" -days "$days" -CA authority/tls.crt -CAkey authority/tls.key
}
# renew HOST…: where the last answer's certificate needs it.
renew() {
  made_here=
  case $(flat) in *'"app.kubernetes.io/managed-by":"{{ .Release.Name }}-certificates"'*) made_here=$(({{ int64 .Values.certificates.renewBeforeDays }} * 86400)) ;; esac
  reason=$(fault "$@")
  if [ -z "$reason" ]; then
    echo "$name is good until $(end)"
  elif [ -z "$made_here" ]; then
    refuse "$name $reason. It was not made here, so it is left alone: replace it, or delete it and run this again."
  else
    issue "$@"
    answer=$(change server "$name" "$note")
    [ "$(status)" != 200 ] || echo "$name $reason: renewed until $(end)"
  fi
}
# ensure NAME KIND HOST…
ensure() {
  name=$1 kind=$2
  shift 2
  answer=$(request "$url/$name")
  case $(status) in
    200) renew "$@" ;;
    404)
      issue "$@"
      answer=$(create server "$name" "$note")
      [ "$(status)" != 201 ] || echo "$name created, good until $(end)"
      ;;
  esac
  case $(status) in
    200 | 201) ;;
    409) ensure "$name" "$kind" "$@" ;; # somebody else was faster
    *) refuse "$name: $(message)" ;;
  esac
}

authority
ensure {{ include "conecta-plus.load-balancer.secretName" . }} public {{ .Values.host }}
{{- if .Values.postgres.tls.enabled }}
ensure {{ include "conecta-plus.postgres-tls.secretName" . }} internal {{ .Release.Name }}-postgres-primary {{ .Release.Name }}-postgres-read {{ .Release.Name }}-postgres-primary-0.{{ .Release.Name }}-postgres-primary-headless {{ .Release.Name }}-postgres-replica-0.{{ .Release.Name }}-postgres-replica-headless
{{- end }}
{{- if and .Values.objectStore.tls.enabled (not .Values.objectStore.external.enabled) }}
ensure {{ include "conecta-plus.object-store-tls.secretName" . }} internal {{ .Release.Name }}-object-store *.{{ .Release.Name }}-object-store-headless
{{- end }}
exit "$failed"
{{- end }}
