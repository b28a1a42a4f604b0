/** The Job that makes certificates with an authority of the release's own, and the CronJob that renews them. */
import { Construct } from 'constructs';
import type { CronJob } from 'kubernetes-types/batch/v1';
import { onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import { type Expr, type Input } from '../../values/expression';
import { checksum } from '../../values/text';
import { when } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import { cronJobSpec } from '../../workload/cron-job';
import { JobWorkload } from '../../workload/job';
import { allowApiServer } from '../../workload/network-policy';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { addRole } from '../../workload/rbac';
import type { Certificates, ServerCertificate } from './certificates';
import { CONFIGURATION, FOLDER, generateCertificates, opensslConfiguration } from './certificates-script';

interface MakerProps extends PodSettings {
  readonly enabled: Expr<boolean>;
  readonly certificates: Readonly<Record<string, ServerCertificate>>;
  readonly validityDays: Input<number>;
  readonly renewBeforeDays: Input<number>;
  readonly schedule: Input<string>;
  readonly resources: Resources;
  readonly image: Image;
}

const USER = 10_001;
const DEADLINE_SECONDS = 1800;
const RETRIES = 2;

export class CertificateMaker extends JobWorkload {
  /** Of the CronJob. */
  readonly cronJob: KubeObject<CronJob>;

  constructor(tier: Certificates, props: MakerProps) {
    const { image, resources, schedule } = props;
    const { id } = tier.node;
    const scope = new Construct(tier, 'generate');
    onlyWhen(scope, props.enabled);
    const { authority, secrets: wanted } = tier;
    const script = generateCertificates(tier, { ...props, authority });
    super(scope, 'workload', {
      ...props,
      name: id,
      component: 'generator',
      user: USER,
      serviceAccountToken: true,
      restartPolicy: 'Never',
      activeDeadlineSeconds: DEADLINE_SECONDS,
      terminationGracePeriodSeconds: 5,
      containers: [
        {
          name: 'certificates',
          image,
          command: ['sh', `${CONFIGURATION}/generate.sh`],
          resources,
          mounts: [
            { name: 'configuration', mountPath: CONFIGURATION, readOnly: true },
            { name: 'run', mountPath: FOLDER },
          ],
        },
      ],
      volumes: [
        { name: 'configuration', configMap: { name: tier.objectName } },
        // Token and keys, in memory.
        { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      ],
      checksums: { 'generate.sh': checksum(script), 'openssl.cnf': checksum(opensslConfiguration) },
    });
    addConfigMap(this, 'configuration', { 'generate.sh': script, 'openssl.cnf': opensslConfiguration });
    const names = wanted.map(({ secret, enabled }) => when<string>(enabled, secret));
    const secrets = { apiGroups: [''], resources: ['secrets'] };
    // Creating cannot be limited by name.
    addRole(this, [
      { ...secrets, verbs: ['create'] },
      { ...secrets, resourceNames: [authority, ...names], verbs: ['get'] },
      { ...secrets, resourceNames: names, verbs: ['patch'] },
    ]);
    allowApiServer(this);
    this.cronJob = new KubeObject<CronJob>(this, 'cron-job', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: this.metadata(),
      spec: cronJobSpec(
        { schedule, activeDeadlineSeconds: DEADLINE_SECONDS, backoffLimit: RETRIES },
        this.template(false),
      ),
    });
  }
}
