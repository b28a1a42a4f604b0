/** The Job that makes buckets, and MinIO know the keys of clients; and its script. */
import type { EnvVar, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import { choose } from '../../values/choice';
import type { Input } from '../../values/expression';
import { isSet, valueOf } from '../../values/logic';
import type { Text } from '../../values/parts';
import { checksum, text } from '../../values/text';
import { str } from '../../values/texts';
import { type MapInput, eachPair, when } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import { JobWorkload } from '../../workload/job';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { secretFiles } from '../../workload/secrets';
import { KEYS, OBJECT_STORE_USER, type ObjectStoreServers } from './object-store-servers';

/** A bucket of the object store, which a Job makes. */
export interface Bucket {
  /** Whether anyone who reaches the servers may read an object whose name they know. None may list them. */
  readonly publicRead: boolean;
  /** Whether what is replaced or deleted is kept as an older version. */
  readonly versioning: boolean;
  /** The most it may hold, such as `50Gi`; null for no limit. @default null */
  readonly quota?: string | null | undefined;
  /** Days after which an object is deleted; null for never. @default null */
  readonly expireDays?: number | null | undefined;
  /** Days for which older versions are kept; null for ever. @default null */
  readonly noncurrentDays?: number | null | undefined;
}

interface SetupProps extends PodSettings {
  readonly url: Input<string>;
  readonly buckets: MapInput<Bucket>;
  readonly keysRevision: Input<number>;
  readonly tls: { readonly enabled: Input<boolean> };
  readonly tlsSecret: Input<string>;
  readonly jobResources: Resources;
  readonly image: Image;
}

/** For volumes and images, and for servers to find each other. */
const DEADLINE_SECONDS = 3600;
const WAIT_SECONDS = 1800;
const FOLDER = '/etc/object-store';
const AUTHORITY = '/run/secrets/object-store-ca';
const RUN = '/run/object-store';
/** The policy of the application, by which its users are known. */
const POLICY = 'application';
const PAIR = ['access-key-id', 'secret-access-key'];

export function addSetup(store: ObjectStoreServers, props: SetupProps): JobWorkload {
  const { buckets, tls } = props;
  const files = { 'setup.sh': setUp, buckets: bucketLines(buckets) };
  const job = new JobWorkload(store.scope, 'setup', {
    ...props,
    extraEnv: {},
    extraVolumes: [],
    sidecars: [],
    name: store.id,
    component: 'setup',
    objectName: `${store.id}-setup`,
    user: OBJECT_STORE_USER,
    terminationGracePeriodSeconds: 5,
    activeDeadlineSeconds: DEADLINE_SECONDS,
    containers: [
      {
        name: 'setup',
        image: props.image,
        command: ['sh', `${FOLDER}/setup.sh`],
        env: [
          { name: 'URL', value: props.url },
          { name: 'KEYS_REVISION', value: str`${props.keysRevision}` },
          { name: 'MC_CONFIG_DIR', value: RUN },
          when<EnvVar>(tls.enabled, { name: 'SSL_CERT_FILE', value: `${AUTHORITY}/ca.crt` }),
        ],
        resources: props.jobResources,
        mounts: [
          { name: 'configuration', mountPath: FOLDER, readOnly: true },
          { name: 'keys', mountPath: KEYS, readOnly: true },
          when<VolumeMount>(tls.enabled, { name: 'authority', mountPath: AUTHORITY, readOnly: true }),
          { name: 'run', mountPath: RUN },
        ],
      },
    ],
    volumes: [
      { name: 'configuration', configMap: { name: str`${store.objectName}-setup` } },
      {
        name: 'keys',
        projected: {
          defaultMode: 0o440,
          sources: [
            { secret: { name: store.secret, items: items(['root-user', 'root-password', ...PAIR]) } },
            { secret: { name: store.secret, optional: true, items: items(PAIR.map((key) => `other-${key}`)) } },
          ],
        },
      },
      when<Volume>(tls.enabled, { name: 'authority', secret: secretFiles(props.tlsSecret, ['ca.crt']) }),
      // The root user's password as mc keeps it, in memory.
      { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '4Mi' } },
    ],
    checksums: { 'setup.sh': checksum(files['setup.sh']), buckets: checksum(files.buckets) },
  });
  addConfigMap(job, 'configuration', files);
  return job;
}

function items(keys: readonly string[]) {
  return keys.map((key) => ({ key, path: key }));
}

function bucketLines(buckets: MapInput<Bucket>): Text {
  return text`
    # name publicRead versioning quota expireDays noncurrentDays
    ${eachPair<Bucket, string>(
      buckets,
      (name, { publicRead, versioning, quota, expireDays, noncurrentDays }) => text`
        ${name} ${publicRead} ${versioning} ${orDash(quota)} ${orDash(expireDays)} ${orDash(noncurrentDays)}
      `,
    )}
  `;
}

function orDash(given: Input<string | null> | Input<number | null> | undefined): Input<string> {
  const known = given ?? null;
  return choose(isSet(known), str`${valueOf<string | number>(known)}`, '-');
}

/** In POSIX sh. Beside the shell's own it uses `cat`, `date` and `sleep` of coreutils, and `mc`: the image has no more. */
const setUp: Text = text`
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
  secret() { cat "${KEYS}/$1"; }
  # Keys go through pipes: arguments are for all to read.
  pair() { printf '%s\n%s\n' "$(secret "$1")" "$(secret "$2")"; }
  login() { pair root-user root-password | mc alias set store "$URL"; }

  deadline=$(($(date +%s) + ${WAIT_SECONDS}))
  until answer=$(login 2>&1); do
    [ "$(date +%s)" -lt "$deadline" ] || fail "no login as root after ${WAIT_SECONDS} s: $answer"
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
        "$(statement Allow '"s3:GetObject"' "\"arn:aws:s3:::$bucket/*\"")" > ${RUN}/public.json
      run mc anonymous set-json ${RUN}/public.json "store/$bucket"
    else
      run mc anonymous set private "store/$bucket"
    fi
    if [ "$quota" = - ]; then run mc quota clear "store/$bucket"; else run mc quota set "store/$bucket" --size "$quota"; fi
    if [ "$expire$noncurrent" != -- ]; then
      rules | mc ilm rule import "store/$bucket" || fail "the rules of $bucket: see above"
    elif mc ilm rule ls "store/$bucket" > /dev/null 2>&1; then
      run mc ilm rule rm --all --force "store/$bucket"
    fi
    buckets="$buckets\${buckets:+,}\"arn:aws:s3:::$bucket\"" objects="$objects\${objects:+,}\"arn:aws:s3:::$bucket/*\""
  done 3< ${FOLDER}/buckets

  # Objects of these buckets. Who has the key can neither destroy what versioning keeps, which MinIO allows with
  # s3:DeleteObject unless it is denied, nor make keys that outlive this one.
  objects_actions='"s3:GetObject","s3:PutObject","s3:DeleteObject","s3:AbortMultipartUpload","s3:ListMultipartUploadParts"'
  printf '{"Version":"2012-10-17","Statement":[{%s},{%s},{%s},{"Effect":"Deny","Action":[%s]}]}' \
    "$(statement Allow '"s3:GetBucketLocation","s3:ListBucket","s3:ListBucketMultipartUploads"' "$buckets")" \
    "$(statement Allow "$objects_actions" "$objects")" \
    "$(statement Deny '"s3:DeleteObjectVersion"' "$objects")" \
    '"admin:CreateServiceAccount","admin:UpdateServiceAccount"' \
    > ${RUN}/policy.json
  run mc admin policy create store ${POLICY} ${RUN}/policy.json

  # user PREFIX
  user() {
    id=$(secret "$1access-key-id")
    case $id in '' | *[!A-Za-z0-9._~+/@-]*) fail "$1access-key-id has other characters than A-Z a-z 0-9 . _ ~ + / @ -" ;; esac
    pair "$1access-key-id" "$1secret-access-key" | quietly "the pair of $1access-key-id is known" mc admin user add store || exit 1
    quietly "it may what the policy allows" mc admin policy attach store ${POLICY} --user "$id"
  }
  current=$(secret access-key-id) other=
  if [ -s ${KEYS}/other-access-key-id ]; then
    other=$(secret other-access-key-id)
    [ "$current" != "$other" ] || fail 'access-key-id and other-access-key-id are one: a new secret needs a new ID'
    user other-
  fi
  user ''

  users=$(mc --json admin user ls store) || fail "the users are not listed: $users"
  printf '%s\n' "$users" > ${RUN}/users
  while read -r line <&3; do
    case $line in *'"policyName":"${POLICY}"'*) ;; *) continue ;; esac
    id=\${line#*'"accessKey":"'} id=\${id%%'"'*}
    [ "$id" = "$current" ] || [ "$id" = "$other" ] ||
      quietly 'a pair that the Secret no longer has is gone' mc admin user rm store "$id"
  done 3< ${RUN}/users
  say 'all is there'
`;
