/** What every nginx.conf of ours says: where nginx writes, whom it believes, what it logs, and what it tells others. */
import type { IConstruct } from 'constructs';
import { images } from '../../images';
import { demand } from '../../objects/checks';
import { type Input, literalOf } from '../../values/expression';
import { atLeast } from '../../values/logic';
import { bytes, multiply } from '../../values/numbers';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { str } from '../../values/texts';
import { type ListInput, each } from '../../values/tree';
import type { ContainerProps } from '../../workload/container';
import type { Image } from '../../workload/platform';

export const NGINX_EXPORTER_PORT = 9113;

/** All that nginx writes is below /tmp. */
export const temporaryFolders = text`
  client_body_temp_path /tmp/client-body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
`;

/** The client's address and scheme: those of the connection, or those that one of these proxies tells. */
export function realClient(trustedProxies: ListInput<string>): Text {
  return text`
    # The client's address and scheme, as trusted proxies tell them.
    real_ip_header X-Forwarded-For;
    real_ip_recursive on;
    ${each(trustedProxies, (network) => text`set_real_ip_from ${network};`)}
    geo $realip_remote_addr $from_trusted_proxy {
      default 0;
      ${each(trustedProxies, (network) => text`${network} 1;`)}
    }
    map "$from_trusted_proxy $http_x_forwarded_proto" $client_scheme {
      default $scheme;
      "1 https" https;
    }
  `;
}

/** One line of JSON for each request, and what it is made of. */
export const requestLog = text`
  map $http_x_request_id $traced_request_id {
    default $request_id;
    "~^[0-9A-Za-z-]{8,64}$" $http_x_request_id;
  }

  # The trace that the client has begun, by W3C Trace Context; other tiers get the header as it came.
  map $http_traceparent $trace_id {
    "~^[0-9a-f]{2}-(?<trace>[0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}" $trace;
  }

  # No query string, cookie, token or full client address is logged.
  map $request_uri $request_path {
    default $uri;
    "~^(?<path>[^?]*)" $path;
  }
  map $remote_addr $client_network {
    default unknown;
    "~^(?<ipv4>\d+\.\d+\.\d+)\." $ipv4.0;
    "~^(?<ipv6>[0-9a-f]+:[0-9a-f]+:[0-9a-f]+):" $ipv6::;
  }
  log_format json escape=json
    '{"time":"$time_iso8601","request_id":"$traced_request_id","trace_id":"$trace_id","client":"$client_network",'
    '"method":"$request_method",'
    '"path":"$request_path","protocol":"$server_protocol","status":$status,"bytes":$body_bytes_sent,'
    '"seconds":$request_time,"upstream_seconds":"$upstream_response_time","upstream_status":"$upstream_status",'
    '"user_agent":"$http_user_agent"}';
  access_log /dev/stdout json;
`;

/** What becomes of the connection to another tier. */
export const upgradedConnection = text`
  map $http_upgrade $proxy_connection {
    default upgrade;
    "" "";
  }
`;

/** Whether a path has `.` or `..` among its segments. */
export const dotSegments = text`
  # nginx goes by /a where /metrics/../a is asked for, another may go by /metrics: it gets the former.
  map $request_uri $has_dot_segments {
    "~*^[^?#]*(/|%2f)(\.|%2e){1,2}([/?#]|%2f|$)" 1;
    default 0;
  }
`;

/** Of a request that is handed on. */
export const withoutDotSegments = text`
  if ($has_dot_segments) {
    rewrite ^ $uri break;
  }
`;

/** Of a request that is handed on. The client's own words about itself are overwritten. */
export const proxyHeaders = text`
  proxy_set_header Connection $proxy_connection;
  proxy_set_header Host $host;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Host $host;
  proxy_set_header X-Forwarded-Proto $client_scheme;
  proxy_set_header X-Real-IP $remote_addr;
  proxy_set_header X-Request-ID $traced_request_id;
`;

/**
 * The exporter of nginx's status, which is at this port and path of the loopback interface. Its probes ask only whether
 * it is there itself: without metrics the pod goes on serving.
 */
export function nginxExporter(status: string, image: Image = images.nginxExporter): ContainerProps {
  return {
    name: 'exporter',
    image,
    args: [`--nginx.scrape-uri=http://127.0.0.1:${status}`],
    ports: [{ name: 'metrics', containerPort: NGINX_EXPORTER_PORT }],
    resources: {
      requests: { cpu: '10m', memory: '16Mi', ephemeralStorage: '8Mi' },
      limits: { cpu: '100m', memory: '64Mi', ephemeralStorage: '16Mi' },
    },
    probes: {
      startup: { tcpSocket: { port: 'metrics' }, periodSeconds: 2, failureThreshold: 30 },
      liveness: { tcpSocket: { port: 'metrics' }, periodSeconds: 20 },
      readiness: { httpGet: { path: '/', port: 'metrics' }, periodSeconds: 20 },
    },
  };
}

/** A text goes into nginx.conf as it is. That of a system is checked by its schema, with the same pattern. */
export function demandForm(tier: IConstruct, name: string, value: Input<string>, pattern: RegExp): void {
  const literal = literalOf(value);
  if (literal === undefined || pattern.test(literal)) return;
  demand(tier, false, str`${name} "${literal}" does not match ${pattern.source}.`);
}

/** One client alone cannot fill /tmp, which would have the pod evicted. */
export function demandRoomForBodies(
  tier: IConstruct,
  inFlight: { readonly name: string; readonly count: Input<number> },
  { clientMaxBodySize, temporarySize }: Readonly<Record<'clientMaxBodySize' | 'temporarySize', Input<string>>>,
): void {
  demand(
    tier,
    atLeast(bytes(temporarySize), multiply(inFlight.count, bytes(clientMaxBodySize))),
    str`${inFlight.name} ${inFlight.count} × clientMaxBodySize ${clientMaxBodySize} is more than temporarySize ${temporarySize}; raise temporarySize or lower one of the others.`,
  );
}
