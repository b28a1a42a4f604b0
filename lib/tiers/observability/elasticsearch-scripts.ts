/** Scripts of a node. Beside the shell's own they use `cat`, `cp`, `curl`, `sed` and `elasticsearch-keystore`. */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { CERTIFICATES, CONFIGURATION, HTTP_PORT } from './elasticsearch-configuration';

/** Where the ConfigMap with the configuration and these scripts is. */
export const FILES = '/etc/elasticsearch-files';
export const SECRETS = '/run/secrets/elasticsearch';

/** A setting of the keystore, and the file with its value. */
export const KEYSTORE = {
  'bootstrap.password': 'elastic-password',
  's3.client.default.access_key': 'access-key-id',
  's3.client.default.secret_key': 'secret-access-key',
} as const;

/** Puts the configuration together: what the image brings, what is here, and the keystore with what is secret. */
export const prepareNode: Text = text`
  #!/bin/sh
  # The configuration of this start: the image's, these files, and a keystore with what is secret.
  set -eu
  umask 077
  cp -R /usr/share/elasticsearch/config/. ${CONFIGURATION}
  cp ${FILES}/elasticsearch.yml ${CONFIGURATION}
  cp ${FILES}/heap.options ${CONFIGURATION}/jvm.options.d
  rm -f ${CONFIGURATION}/elasticsearch.keystore

  # Values go through a pipe: arguments are for all to read.
  names=
  values() {
    for name; do
      value=$(cat "${SECRETS}/$name")
      case $value in
        '') echo "$name is empty" >&2; exit 1 ;;
        *[[:cntrl:]]*) echo "$name holds a line break or another control character" >&2; exit 1 ;;
      esac
      printf '%s\n' "$value"
    done
  }
  if [ -e ${SECRETS}/access-key-id ]; then
    set -- elastic-password access-key-id secret-access-key
    names='bootstrap.password s3.client.default.access_key s3.client.default.secret_key'
  else
    set -- elastic-password
    names=bootstrap.password
  fi
  all=$(values "$@")
  printf '%s\n' "$all" | elasticsearch-keystore add --silent --force --stdin $names
`;

/**
 * Before a node goes: until then every shard has a copy on another. So neither a roll-out nor the drain of one machine after
 * the other takes the last copy away.
 */
export const stopNode: Text = text`
  #!/bin/sh
  # Waits, where there are other nodes, until they have a copy of all that is here; WAIT_SECONDS at the most.
  set -u
  [ "$NODES" -gt 1 ] || exit 0
  password=$(sed 's/["\\]/\\&/g' ${SECRETS}/exporter-password)
  printf 'user = "exporter:%s"\n' "$password" |
    curl --silent --output /dev/null --config - --cacert ${CERTIFICATES}/ca.crt --max-time "$((WAIT_SECONDS + 5))" \
      --connect-to "$HOST:${HTTP_PORT}:127.0.0.1:${HTTP_PORT}" \
      "https://$HOST:${HTTP_PORT}/_cluster/health?wait_for_status=green&timeout=\${WAIT_SECONDS}s"
  exit 0
`;

/** For people: `kubectl exec … -- sh ask.sh '_cluster/health?pretty'`. */
export const askNode: Text = text`
  #!/bin/sh
  # Asks this node as the user elastic: ask.sh PATH, and options of curl after it, such as --request DELETE.
  set -eu
  path=$1
  shift
  password=$(sed 's/["\\]/\\&/g' ${SECRETS}/elastic-password)
  printf 'user = "elastic:%s"\n' "$password" |
    curl --silent --show-error --config - --cacert ${CERTIFICATES}/ca.crt \
      --connect-to "$HOST:${HTTP_PORT}:127.0.0.1:${HTTP_PORT}" --header 'Content-Type: application/json' \
      "$@" "https://$HOST:${HTTP_PORT}/$path"
`;
