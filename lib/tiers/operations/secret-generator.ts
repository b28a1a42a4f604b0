import type { Construct } from 'constructs';
import type { PolicyRule } from 'kubernetes-types/rbac/v1';
import { images } from '../../images';
import type { Input } from '../../values/expression';
import { or } from '../../values/logic';
import type { Items, Text } from '../../values/parts';
import { checksum, text } from '../../values/text';
import { when } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import { JobWorkload } from '../../workload/job';
import { allowApiServer } from '../../workload/network-policy';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { addRole } from '../../workload/rbac';
import { type SecretInput, secretName } from '../../workload/secrets';
import { Tier, type TierProps } from '../tier';
import { secretsApi } from './secrets-api';

export interface GeneratedSecret {
  readonly secret: SecretInput;
  /** Its keys, each of which gets 32 random letters and digits. */
  readonly keys: readonly string[];
  /** Whether anything needs it. @default true */
  readonly enabled?: Input<boolean>;
}

/** Props of `SecretGenerator`. */
export interface SecretGeneratorProps extends TierProps, PodSettings {
  /** Each Secret once. */
  readonly secrets: readonly GeneratedSecret[];
  /** CPU, memory and disk of its container. @default - see secretGeneratorDefaults */
  readonly resources?: Resources;
  /** curl, with a shell. @default - see lib/images.ts */
  readonly image?: Image;
}

/** Defaults of `SecretGeneratorProps`. */
export const secretGeneratorDefaults = {
  resources: {
    requests: { cpu: '10m', memory: '16Mi', ephemeralStorage: '16Mi' },
    limits: { cpu: '200m', memory: '64Mi', ephemeralStorage: '32Mi' },
  },
  image: images.curl,
} as const;

const USER = 10_001;
const DEADLINE_SECONDS = 1800;
const RUN = '/run/secret-generator';

/**
 * Makes the Secrets that a release needs and the namespace lacks, inside the cluster: for development, where nobody
 * should have to think of passwords. Where it is not wanted, the Secrets must exist.
 *
 * ```ts
 * new SecretGenerator(chart, 'secret-generator', { secrets: [{ secret: redis.secret, keys: ['password'] }] });
 * ```
 *
 * A Secret that exists is never changed. The Secrets belong to nobody, so they outlive the release as its volumes do.
 */
export class SecretGenerator extends Tier {
  /** The workload of its pods. */
  readonly workload: JobWorkload;
  protected readonly client: JobWorkload;

  constructor(scope: Construct, id: string, props: SecretGeneratorProps) {
    super(scope, id, props);
    const settings = { ...secretGeneratorDefaults, ...props };
    const script = generateSecrets(this, props.secrets);
    this.workload = new JobWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'generator',
      user: USER,
      serviceAccountToken: true,
      activeDeadlineSeconds: DEADLINE_SECONDS,
      terminationGracePeriodSeconds: 5,
      containers: [
        {
          name: 'secret-generator',
          image: settings.image,
          command: ['sh', '/etc/secret-generator/generate.sh'],
          resources: settings.resources,
          mounts: [
            { name: 'configuration', mountPath: '/etc/secret-generator', readOnly: true },
            { name: 'run', mountPath: RUN },
          ],
        },
      ],
      volumes: [
        { name: 'configuration', configMap: { name: this.objectName } },
        // The token as curl wants it, in memory.
        { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      ],
      checksums: { 'generate.sh': checksum(script) },
    });
    addConfigMap(this.workload, 'configuration', { 'generate.sh': script });
    addRole(this.workload, rules(props.secrets));
    allowApiServer(this.workload);
    this.client = this.workload;
  }
}

/** Creating cannot be limited by name; reading is limited to those it is for. */
function rules(secrets: readonly GeneratedSecret[]): Items<PolicyRule> {
  return [
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
    // Without names the rule would be for all Secrets.
    when<PolicyRule>(or(...secrets.map(({ enabled }) => enabled ?? true)), {
      apiGroups: [''],
      resources: ['secrets'],
      resourceNames: secrets.map(({ secret, enabled }) => when<string>(enabled ?? true, secretName(secret))),
      verbs: ['get'],
    }),
  ];
}

/** In POSIX sh. Beside the shell's own it uses `cat`, `curl`, `head`, `sed` and `tr`, which the image has. */
function generateSecrets({ objectName, platform }: Tier, secrets: readonly GeneratedSecret[]): Text {
  return text`
    #!/bin/sh
    # Creates the Secrets that are missing, with random values. A Secret that exists is never changed.
    set -eu
    umask 077
    ${secretsApi(RUN)}
    # Bytes that are no letter or digit are thrown away, so that each character is as likely as any other.
    random() { LC_ALL=C tr -dc 'A-Za-z0-9' < /dev/urandom | head -c 32; }

    # create NAME KEY…
    create() {
      name=$1 entries=
      shift
      for key; do entries="$entries\${entries:+,}\"$key\":\"$(random)\""; done
      labels='"app.kubernetes.io/instance":"${platform.instance}","app.kubernetes.io/managed-by":"${objectName}"'
      note='"kubernetes.io/description":"Random values, made by ${objectName}. They outlive the release."'
      printf '%s' "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"type\":\"Opaque\",\"stringData\":{$entries},
        \"metadata\":{\"name\":\"$name\",\"labels\":{$labels},\"annotations\":{$note}}}" |
        request --header 'Content-Type: application/json' --data-binary @- "$url"
    }
    # check ANSWER NAME KEY…
    check() {
      data=$(printf '%s' "$1" | tr -d ' \n' | sed -n 's/.*"data":{\([^}]*\)}.*/,\1/p') name=$2 missing=
      shift 2
      for key; do
        case $data in
          *",\"$key\":\"\""*) missing="$missing $key" ;;
          *",\"$key\":"*) ;;
          *) missing="$missing $key" ;;
        esac
      done
      if [ -z "$missing" ]; then
        echo "$name exists"
      else
        refuse "$name exists, but lacks:$missing. Add what is missing, or delete the Secret; then run this Job again."
      fi
    }
    # ensure NAME KEY…
    ensure() {
      answer=$(request "$url/$1")
      case \${answer##*"$line_break"} in
        200) check "$answer" "$@"; return ;;
        404) answer=$(create "$@") ;;
      esac
      case \${answer##*"$line_break"} in
        201) echo "$1 created" ;;
        409) ensure "$@" ;; # somebody else was faster
        *) refuse "$1: $(printf '%s' "$answer" | sed -n 's/^ *"message": *//p')" ;;
      esac
    }

    ${secrets.map(({ secret, keys, enabled }) =>
      when(
        enabled ?? true,
        text`
          ensure ${secretName(secret)} ${keys.join(' ')}
        `,
      ),
    )}
    exit "$failed"
  `;
}
