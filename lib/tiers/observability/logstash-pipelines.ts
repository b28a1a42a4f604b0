/**
 * The pipelines: what Filebeat sends comes in by one, is handed to that of its kind, and goes from there to Elasticsearch.
 * Each has a queue on disk of its own. A line that cannot be read is kept as it is and tagged `unparsed`.
 */
import type { Input } from '../../values/expression';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import type { ListInput } from '../../values/tree';
import { DATA_STREAM_NAMESPACE, type LogKind } from './log-fields';
import { apiFilter, nginxFilter, postgresFilter } from './logstash-filters';
import { masking, nginxMasking, postgresMasking } from './logstash-masking';

export const BEATS_PORT = 5044;
export const DATA = '/usr/share/logstash/data';
export const TLS_FOLDER = '/run/secrets/tls';
export const ELASTICSEARCH_CA_FOLDER = '/run/secrets/elasticsearch';
/** The environment variable with the password of Elasticsearch's user. */
export const PASSWORD_VARIABLE = 'ELASTICSEARCH_PASSWORD';

export interface PipelinesGiven {
  readonly maskedFields: ListInput<string>;
  /** Elasticsearch's URL. */
  readonly url: Input<string>;
  readonly username: Input<string>;
}

/** Which containers write logs of a kind: by the label `app.kubernetes.io/component` of their pods, and by their own name. */
export const SOURCES = {
  api: { components: ['api', 'worker'], containers: ['api', 'worker'] },
  nginx: { components: ['web'], containers: ['nginx'] },
  postgres: { components: ['primary', 'replica'], containers: ['postgres'] },
} as const satisfies Partial<Record<LogKind, { components: readonly string[]; containers: readonly string[] }>>;

/** Pipelines that Filebeat's lines pass on their way. What Elasticsearch refuses of them comes back as a dead letter. */
const KINDS = ['api', 'nginx', 'postgres', 'other'] as const;
/** By their ids, in the order of the way. */
export const PIPELINES = ['intake', ...KINDS, 'rejected'] as const;

/** A file for each pipeline. */
export function pipelines(given: PipelinesGiven): Readonly<Record<(typeof PIPELINES)[number], Text>> {
  const kind = (name: LogKind, filter: Text | undefined, more?: Text): Text => text`
    # Written by cdk8s-tiers.
    input {
      pipeline { id => "${name}-in" address => "${name}" }
    }

    filter {
      ${masking(given.maskedFields)}
      ${more}
      ${filter}
    }

    ${output(name, given)}
  `;
  return {
    intake: intake(),
    api: kind('api', apiFilter),
    nginx: kind('nginx', nginxFilter, nginxMasking),
    postgres: kind('postgres', postgresFilter, postgresMasking),
    other: kind('other', undefined),
    rejected: rejected(given),
  };
}

/**
 * A line's pod and container stand in the path of its file, which is there before the API server has answered. Without
 * enrichment, as the raw line would else be kept a second time, in event.original.
 */
function intake(): Text {
  const [api, nginx, postgres] = [SOURCES.api, SOURCES.nginx, SOURCES.postgres].map(
    ({ components, containers }) =>
      `(${anyOf('[labels][component]', components)}) and (${anyOf('[kubernetes][container][name]', containers)})`,
  );
  return text`
    # Written by cdk8s-tiers.
    input {
      beats {
        id => "filebeat"
        port => ${BEATS_PORT}
        enrich => none
        ssl_enabled => true
        ssl_certificate => "${TLS_FOLDER}/tls.crt"
        ssl_key => "${TLS_FOLDER}/tls.key"
      }
    }

    filter {
      grok {
        id => "path"
        pattern_definitions => { "PART" => "[^/_]+" "NAME" => "[^/]+" }
        match => { "[log][file][path]" => "\A/var/log/pods/%{PART:pod_namespace}_%{PART:pod_name}_%{PART:pod_uid}/%{NAME:pod_container}/" }
        tag_on_failure => ["_no_pod"]
      }
      mutate {
        id => "source"
        rename => {
          "pod_namespace" => "[kubernetes][namespace]"
          "pod_name" => "[kubernetes][pod][name]"
          "pod_uid" => "[kubernetes][pod][uid]"
          "pod_container" => "[kubernetes][container][name]"
          "[kubernetes][labels][app_kubernetes_io/instance]" => "[labels][release]"
          "[kubernetes][labels][app_kubernetes_io/name]" => "[labels][tier]"
          "[kubernetes][labels][app_kubernetes_io/component]" => "[labels][component]"
        }
      }
      mutate {
        id => "noise"
        remove_field => ["agent", "container", "ecs", "event", "host", "input", "[kubernetes][annotations]", "[kubernetes][labels]", "[kubernetes][replicaset]", "[kubernetes][statefulset]", "[kubernetes][daemonset]", "[log][file][device_id]", "[log][file][fingerprint]", "[log][file][inode]", "orchestrator"]
      }
    }

    output {
      if ${api ?? ''} {
        pipeline { id => "to-api" send_to => ["api"] }
      } else if ${nginx ?? ''} {
        pipeline { id => "to-nginx" send_to => ["nginx"] }
      } else if ${postgres ?? ''} {
        pipeline { id => "to-postgres" send_to => ["postgres"] }
      } else {
        pipeline { id => "to-other" send_to => ["other"] }
      }
    }
  `;
}

/** `in` reads a list of one as a text: https://github.com/elastic/logstash/issues/9932. */
function anyOf(field: string, values: readonly string[]): string {
  return values.map((value) => `${field} == "${value}"`).join(' or ');
}

/** Documents that Elasticsearch refused, each as one text: that it takes. Its reason has the document in it. */
function rejected(given: PipelinesGiven): Text {
  return text`
    # Written by cdk8s-tiers.
    input {
      ${KINDS.map(
        (kind) => text`
          dead_letter_queue {
            id => "dead-${kind}"
            path => "${DATA}/dead_letter_queue"
            pipeline_id => "${kind}"
            commit_offsets => true
            clean_consumed => true
            sincedb_path => "${DATA}/dead-${kind}.sincedb"
          }
        `,
      )}
    }

    filter {
      prune {
        id => "whole"
        whitelist_names => ["^@timestamp$", "^kubernetes$", "^labels$"]
      }
      mutate {
        id => "reason"
        add_field => { "message" => "%{[@metadata][dead_letter_queue][reason]}" }
        add_tag => ["rejected"]
      }
    }

    ${output('rejected', given)}
  `;
}

function output(kind: LogKind, { url, username }: PipelinesGiven): Text {
  return text`
    output {
      elasticsearch {
        id => "${kind}-out"
        hosts => ["${url}"]
        ssl_certificate_authorities => ["${ELASTICSEARCH_CA_FOLDER}/ca.crt"]
        user => "${username}"
        password => "\${${PASSWORD_VARIABLE}}"
        data_stream => "true"
        data_stream_type => "logs"
        data_stream_dataset => "${kind}"
        data_stream_namespace => "${DATA_STREAM_NAMESPACE}"
        data_stream_auto_routing => false
      }
    }
  `;
}
