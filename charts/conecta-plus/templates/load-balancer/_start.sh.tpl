{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.load-balancer.start.sh" -}}
#!/bin/sh
# nginx asks the DNS servers itself: it has to be told which, and needs whole names. Those that stand in @ are the
# names of Services, which get the domain of this pod's, or have a domain already.
set -eu
resolvers=
domain=
while read -r word first _; do
  case $word in
    nameserver)
      case $first in *:*) first="[$first]" ;; esac
      resolvers="$resolvers $first"
      ;;
    search) domain=$first ;;
  esac
done </etc/resolv.conf
if [ -z "$resolvers" ] || [ -z "$domain" ]; then
  echo '/etc/resolv.conf names no DNS server, or no search domain' >&2
  exit 1
fi
listens=
[ -e /proc/net/if_inet6 ] || listens='/listen \[::\]/d'
for file in nginx.conf limits.js; do
  sed -e "s/@\([a-z0-9-]*\)@/\1.$domain/g" -e 's/@\([a-z0-9.-]*\)@/\1/g' -e "s/RESOLVERS/$resolvers/" -e "$listens" \
    "/etc/load-balancer/$file" >"/tmp/$file"
done
exec nginx -e stderr -c /tmp/nginx.conf
{{- end }}
