/** The files that Kibana reads at its start. */
import type { Input } from '../../values/expression';
import { isSet, valueOf } from '../../values/logic';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { when } from '../../values/tree';
import type { ElasticsearchClient } from './elasticsearch';

export const KIBANA_PORT = 5601;
export const CONFIGURATION = '/etc/kibana';
export const AUTHORITY = '/run/secrets/elasticsearch-tls';
export const SECRETS = '/run/secrets/kibana';
export const RUN = '/run/kibana';
export const DATA = '/usr/share/kibana/data';

export interface KibanaConfiguration {
  readonly name: Input<string>;
  readonly client: ElasticsearchClient;
  readonly publicBaseUrl: Input<string | null>;
}

/** Nothing here asks anybody outside. */
export function kibanaYml({ name, client, publicBaseUrl }: KibanaConfiguration): Text {
  return text`
    # Written by cdk8s-tiers.
    server.name: ${name}
    server.host: 0.0.0.0
    server.port: ${KIBANA_PORT}
    server.shutdownTimeout: 20s
    server.securityResponseHeaders.disableEmbedding: true
    ${when(isSet(publicBaseUrl), text`server.publicBaseUrl: ${valueOf(publicBaseUrl)}`)}
    path.data: ${DATA}

    elasticsearch.hosts:
      - ${client.url}
    elasticsearch.username: ${client.username}
    elasticsearch.ssl.certificateAuthorities:
      - ${AUTHORITY}/${client.caKey}
    elasticsearch.ssl.verificationMode: full

    logging:
      appenders:
        json:
          type: console
          layout:
            type: json
      root:
        appenders: [json]
        level: info

    telemetry.optIn: false
    telemetry.allowChangingOptInStatus: false
    newsfeed.enabled: false
    map.includeElasticMapsService: false
    xpack.fleet.isAirGapped: true
    # Reports as PDF start a browser in the pod.
    xpack.reporting.enabled: false
  `;
}

/** Keys of the Secret, and the settings that they are for. */
const KEYS = {
  'security-encryption-key': 'xpack.security.encryptionKey',
  'saved-objects-encryption-key': 'xpack.encryptedSavedObjects.encryptionKey',
} as const;

/** All keys of the Secret. */
export const KIBANA_KEYS = Object.keys(KEYS);

/** What is secret goes into a configuration of its own, in memory. Beside the shell's own it uses `cat` and `sed`. */
export function startKibana({ passwordKey }: ElasticsearchClient): Text {
  return text`
    #!/bin/sh
    set -eu
    umask 077
    # setting NAME KEY LENGTH: a line of YAML with what the Secret's key holds, of that many characters or more.
    setting() {
      value=$(cat "${SECRETS}/$2")
      case $value in *[[:cntrl:]]*) echo "$2 holds a line break or another control character" >&2; exit 1 ;; esac
      [ \${#value} -ge "$3" ] || { echo "$2 has \${#value} characters, and Kibana takes $3 or more" >&2; exit 1; }
      printf '%s: "%s"\n' "$1" "$(printf '%s' "$value" | sed 's/["\\]/\\&/g')"
    }
    {
      setting elasticsearch.password ${passwordKey} 6
      ${Object.entries(KEYS).map(([key, setting]) => text`setting ${setting} ${key} 32`)}
    } > ${RUN}/secrets.yml
    exec /usr/share/kibana/bin/kibana --config=${CONFIGURATION}/kibana.yml --config=${RUN}/secrets.yml
  `;
}
