/** The Job that makes users, roles, policies and templates, and its script. */
import { allow } from '../../network/connections';
import type { Input } from '../../values/expression';
import type { Text } from '../../values/parts';
import { checksum, text } from '../../values/text';
import { str } from '../../values/texts';
import { when } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import { JobWorkload } from '../../workload/job';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { secretFiles } from '../../workload/secrets';
import type { JsonTree } from './dashboards/json';
import type { Elasticsearch, Snapshots } from './elasticsearch';
import {
  LOGS_POLICY,
  LOGS_TEMPLATE,
  REPOSITORY,
  ROLES,
  SNAPSHOT_POLICY,
  logsPolicy,
  snapshotPolicy,
  snapshotRepository,
} from './elasticsearch-objects';
import { AUTHORITY, PASSWORDS, RUN, askWithCurl, runVolume } from './elasticsearch-requests';
import { ELASTICSEARCH_KEYS, ELASTICSEARCH_USERS, passwordKey } from './elasticsearch-users';
import { jsonFile } from './json-file';

export interface SetupProps extends PodSettings {
  readonly image: Image;
  readonly resources: Resources;
  readonly retentionDays: Input<number>;
  readonly snapshots: Snapshots;
}

const USER = 10_001;
/** For volumes and images, and for the nodes to find each other. */
const DEADLINE_SECONDS = 3600;
const WAIT_SECONDS = 1800;
const FOLDER = '/etc/elasticsearch-setup';

export function addSetup(tier: Elasticsearch, id: string, props: SetupProps): JobWorkload {
  const script = setUp(props);
  const job = new JobWorkload(tier, 'setup', {
    ...props,
    extraEnv: {},
    extraVolumes: [],
    sidecars: [],
    name: id,
    component: 'setup',
    objectName: `${id}-setup`,
    user: USER,
    terminationGracePeriodSeconds: 5,
    activeDeadlineSeconds: DEADLINE_SECONDS,
    containers: [
      {
        name: 'setup',
        image: props.image,
        command: ['sh', `${FOLDER}/setup.sh`],
        env: [{ name: 'URL', value: tier.url }],
        resources: props.resources,
        mounts: [
          { name: 'configuration', mountPath: FOLDER, readOnly: true },
          { name: 'passwords', mountPath: PASSWORDS, readOnly: true },
          { name: 'authority', mountPath: AUTHORITY, readOnly: true },
          { name: 'run', mountPath: RUN },
        ],
      },
    ],
    volumes: [
      { name: 'configuration', configMap: { name: str`${tier.objectName}-setup` } },
      { name: 'passwords', secret: secretFiles(tier.secret, ELASTICSEARCH_KEYS) },
      { name: 'authority', secret: secretFiles(tier.tlsSecret, ['ca.crt']) },
      runVolume,
    ],
    checksums: { 'setup.sh': checksum(script) },
  });
  addConfigMap(job, 'configuration', { 'setup.sh': script });
  for (const endpoint of tier.endpoints) allow(job, endpoint);
  return job;
}

function setUp({ retentionDays, snapshots }: SetupProps): Text {
  return text`
    #!/bin/sh
    # Makes what writes and reads logs at home in Elasticsearch. It may run again at any time: all is as it says here
    # then, the passwords as the Secret says.
    ${askWithCurl(`${AUTHORITY}/ca.crt`)}

    # put METHOD PATH: the JSON of the standard input.
    put() {
      answer=$(request "$1" "$2" --header 'Content-Type: application/json' --data-binary @-) || fail "$2: no answer"
      case $(status "$answer") in 200 | 201) say "$2" ;; *) fail "$2: $answer" ;; esac
    }
    # user NAME KEY
    user() {
      password=$(secret "$2")
      printf '{"password":"%s","roles":["%s"],"enabled":true}' "$password" "$1" | put PUT "_security/user/$1"
    }

    deadline=$(($(date +%s) + ${WAIT_SECONDS}))
    until
      answer=$(request GET '_cluster/health?wait_for_status=yellow&timeout=10s' 2>&1) || :
      [ "$(status "$answer")" = 200 ]
    do
      [ "$(date +%s)" -lt "$deadline" ] || fail "no cluster that answers after ${WAIT_SECONDS} s: $answer"
      sleep 5
    done

    password=$(secret ${passwordKey('kibana_system')})
    printf '{"password":"%s"}' "$password" | put POST _security/user/kibana_system/_password
    ${Object.entries(ROLES).map(([role, rights]) => putJson(`_security/role/${role}`, rights))}
    ${ELASTICSEARCH_USERS.filter((user) => user in ROLES).map((user) => text`user ${user} ${passwordKey(user)}`)}
    ${putJson(`_ilm/policy/${LOGS_POLICY}`, logsPolicy(retentionDays))}
    ${putJson(`_index_template/${LOGS_POLICY}`, LOGS_TEMPLATE)}
    ${when(
      snapshots.enabled,
      text`
        ${putJson(`_snapshot/${REPOSITORY}`, snapshotRepository(snapshots))}
        ${putJson(`_slm/policy/${SNAPSHOT_POLICY}`, snapshotPolicy(snapshots))}
      `,
    )}
    say 'all is there'
  `;
}

function putJson(path: string, body: JsonTree): Text {
  return text`
    put PUT ${path} <<'JSON'
    ${jsonFile(body)}
    JSON
  `;
}
