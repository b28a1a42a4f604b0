/** The Job that imports saved objects into Kibana, and its script. */
import { allow } from '../../network/connections';
import type { Input } from '../../values/expression';
import type { Text } from '../../values/parts';
import { checksum, text } from '../../values/text';
import { str } from '../../values/texts';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import { JobWorkload } from '../../workload/job';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { secretFiles } from '../../workload/secrets';
import type { Elasticsearch } from './elasticsearch';
import { PASSWORDS, RUN, askWithCurl, runVolume } from './elasticsearch-requests';
import { passwordKey } from './elasticsearch-users';
import { jsonFile } from './json-file';
import type { Kibana } from './kibana';
import { savedObjects } from './kibana-objects';

export interface ImportProps extends PodSettings {
  readonly image: Image;
  readonly resources: Resources;
  readonly jaegerUrl: Input<string>;
  readonly elasticsearch: Elasticsearch;
}

const USER = 10_001;
const DEADLINE_SECONDS = 3600;
const WAIT_SECONDS = 1800;
const FOLDER = '/etc/kibana-import';
const OBJECTS = '/etc/kibana-objects';

export function addImport(tier: Kibana, id: string, props: ImportProps): JobWorkload {
  const objects = Object.fromEntries(
    savedObjects(props.jaegerUrl).map((object) => [`${object.type}-${object.id}.json`, jsonFile(object)]),
  );
  const job = new JobWorkload(tier, 'import', {
    ...props,
    extraEnv: {},
    extraVolumes: [],
    sidecars: [],
    name: id,
    component: 'import',
    objectName: `${id}-import`,
    user: USER,
    terminationGracePeriodSeconds: 5,
    activeDeadlineSeconds: DEADLINE_SECONDS,
    containers: [
      {
        name: 'import',
        image: props.image,
        command: ['sh', `${FOLDER}/import.sh`],
        env: [{ name: 'URL', value: tier.url }],
        resources: props.resources,
        mounts: [
          { name: 'configuration', mountPath: FOLDER, readOnly: true },
          { name: 'objects', mountPath: OBJECTS, readOnly: true },
          { name: 'passwords', mountPath: PASSWORDS, readOnly: true },
          { name: 'run', mountPath: RUN },
        ],
      },
    ],
    volumes: [
      { name: 'configuration', configMap: { name: str`${tier.objectName}-import` } },
      { name: 'objects', configMap: { name: str`${tier.objectName}-import-objects` } },
      { name: 'passwords', secret: secretFiles(props.elasticsearch.secret, [passwordKey('elastic')]) },
      runVolume,
    ],
    checksums: {
      'import.sh': checksum(importObjects),
      ...Object.fromEntries(Object.entries(objects).map(([name, object]) => [name, checksum(object)])),
    },
  });
  addConfigMap(job, 'configuration', { 'import.sh': importObjects });
  addConfigMap(job, 'objects', objects, 'objects');
  for (const endpoint of tier.endpoints) allow(job, endpoint);
  return job;
}

const importObjects: Text = text`
  #!/bin/sh
  # Imports data view, searches and dashboard. It may run again at any time: what has their IDs is as it is here then.
  ${askWithCurl()}

  deadline=$(($(date +%s) + ${WAIT_SECONDS}))
  until
    answer=$(request GET api/status 2>&1) || :
    [ "$(status "$answer")" = 200 ]
  do
    [ "$(date +%s)" -lt "$deadline" ] || fail "Kibana is not available after ${WAIT_SECONDS} s: $(status "$answer")"
    sleep 5
  done

  # Kibana takes one object per line.
  for object in ${OBJECTS}/*.json; do
    tr -d '\n' < "$object"
    echo
  done > ${RUN}/objects.ndjson
  answer=$(request POST 'api/saved_objects/_import?overwrite=true' --header 'kbn-xsrf: true' \
    --form file=@${RUN}/objects.ndjson) || fail 'no answer to the import'
  case $answer in
    *'"success":true'*"$line_break"200) say "$(wc -l < ${RUN}/objects.ndjson) objects are there" ;;
    *) fail "$answer" ;;
  esac
`;
