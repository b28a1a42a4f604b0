/** The Gateway API's objects of an Exposure: routes, and the Gateway they attach to where none is given. */
import { Construct } from 'constructs';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { GatewaySpec } from '../../../imports/gateway-gateway.networking.k8s.io';
import {
  type HttpRouteSpec,
  HttpRouteSpecRulesFiltersRequestRedirectScheme,
  HttpRouteSpecRulesFiltersRequestRedirectStatusCode,
  HttpRouteSpecRulesFiltersType,
} from '../../../imports/http-route-gateway.networking.k8s.io';
import { onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import type { Input } from '../../values/expression';
import { equals, valueOf } from '../../values/logic';
import { str } from '../../values/texts';
import type { Tree } from '../../values/parts';
import { merge, when, whenSet } from '../../values/tree';
import type { Dialect, Exposure, ExposureSettings } from './exposure';
import type { ExposureTarget } from './exposure-ingress';

/** https://gateway-api.sigs.k8s.io/ */
export interface GatewayApiSettings {
  /** Makes a Gateway of its own, rather than attach to one that exists. */
  readonly create: Input<boolean>;
  /** The GatewayClass of the Gateway that is made. */
  readonly className: Input<string>;
  /** The Gateway to attach to where none is made; it has listeners named `http` and `https`. */
  readonly name: Input<string | null>;
  /** Its namespace; null for the system's own. */
  readonly namespace: Input<string | null>;
}

type ParentReference = NonNullable<HttpRouteSpec['parentRefs']>[number];

interface GatewayApiObject<S> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: S;
}

export function addGatewayApi(exposure: Exposure, target: ExposureTarget, settings: ExposureSettings): void {
  const scope = new Construct(exposure, 'gateway-api');
  onlyWhen(scope, equals<Dialect>(settings.dialect, 'gateway'));
  const { host, labels, name, to } = target;
  addGateway(scope, target, settings.gateway);
  new KubeObject<GatewayApiObject<HttpRouteSpec>>(scope, 'http-route', {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, labels },
    spec: {
      parentRefs: [listener('https', target, settings.gateway)],
      hostnames: [host],
      rules: [{ backendRefs: [{ name: to.objectName, port: to.servicePort }] }],
    },
  });
  new KubeObject<GatewayApiObject<HttpRouteSpec>>(scope, 'redirect', {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: str`${name}-redirect`, labels },
    spec: {
      parentRefs: [listener('http', target, settings.gateway)],
      hostnames: [host],
      rules: [
        {
          filters: [
            {
              type: HttpRouteSpecRulesFiltersType.REQUEST_REDIRECT,
              requestRedirect: {
                scheme: HttpRouteSpecRulesFiltersRequestRedirectScheme.HTTPS,
                statusCode: HttpRouteSpecRulesFiltersRequestRedirectStatusCode.VALUE_301,
              },
            },
          ],
        },
      ],
    },
  });
}

function addGateway(gatewayApi: Construct, target: ExposureTarget, settings: GatewayApiSettings): void {
  const { host, labels, name, tlsSecretName } = target;
  const scope = new Construct(gatewayApi, 'own');
  onlyWhen(scope, settings.create);
  new KubeObject<GatewayApiObject<GatewaySpec>>(scope, 'gateway', {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, labels },
    spec: {
      gatewayClassName: settings.className,
      listeners: [
        { name: 'http', hostname: host, port: 80, protocol: 'HTTP' },
        {
          name: 'https',
          hostname: host,
          port: 443,
          protocol: 'HTTPS',
          tls: { certificateRefs: [{ kind: 'Secret', name: tlsSecretName }] },
        },
      ],
    },
  });
}

function listener(
  sectionName: string,
  { name }: ExposureTarget,
  { create, name: existing, namespace }: GatewayApiSettings,
): Tree<ParentReference> {
  return merge<ParentReference>(
    when<Partial<ParentReference>>(create, { name }, { name: valueOf(existing), namespace: whenSet(namespace) }),
    { sectionName },
  );
}
