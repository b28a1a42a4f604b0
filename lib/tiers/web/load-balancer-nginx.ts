/** The nginx.conf of a LoadBalancer: which instance gets a request, who may send how many, and what answers say. */
import type { Input } from '../../values/expression';
import { add, bytes, divide, multiply } from '../../values/numbers';
import type { Text, When } from '../../values/parts';
import { text } from '../../values/text';
import { type ListInput, each, when } from '../../values/tree';
import type { Resources } from '../../workload/container';
import type { SecurityHeaders } from './frontend-nginx';
import { coresOf } from './http';
import { type RateLimits, type WindowLimit, stepsOf } from './load-balancer-limits';
import { objectsCacheControl, objectsLocation, objectsUpstream, type OriginRoute } from './load-balancer-objects';
import {
  dotSegments,
  proxyHeaders,
  realClient,
  requestLog,
  temporaryFolders,
  upgradedConnection,
  withoutDotSegments,
} from './nginx';

/** Response headers, in the place of the backend's own. An empty text leaves the header out. */
export interface LoadBalancerHeaders extends SecurityHeaders {
  /** The policy of `documentationPaths`. */
  readonly documentationContentSecurityPolicy: Input<string>;
  /** `X-Frame-Options`: who may show pages in a frame. */
  readonly frameOptions: Input<string>;
}

export interface LoadBalancerSettings {
  /** The largest request body, such as `10Mi`. */
  readonly clientMaxBodySize: Input<string>;
  /** What /tmp holds: the bodies of requests in flight. */
  readonly temporarySize: Input<string>;
  /** Connections of clients that one pod holds. */
  readonly clientConnections: Input<number>;
  /** Networks of the proxies in front, whose `X-Forwarded-For` is believed. None: clients connect themselves. */
  readonly trustedProxies: ListInput<string>;
  /** Headers of every answer. */
  readonly securityHeaders: LoadBalancerHeaders;
  /** Paths of pages that load their scripts from elsewhere, as Swagger UI does. */
  readonly documentationPaths: ListInput<string>;
  /** Requests that one client may ask. */
  readonly rateLimit: RateLimits;
  /** Failures within `failTimeoutSeconds` after which an instance gets no requests for as long. */
  readonly maxFails: Input<number>;
  /** Seconds within which failures of an instance are counted, and for which it then gets no requests. */
  readonly failTimeoutSeconds: Input<number>;
  /** Seconds between two reads from, or writes to, an instance. */
  readonly proxyTimeoutSeconds: Input<number>;
}

export interface LoadBalancerConf extends LoadBalancerSettings {
  readonly ports: Readonly<Record<'https' | 'http' | 'status' | 'peers' | 'metrics', number>>;
  /** There is a worker for each core. */
  readonly resources: Resources;
  /** Seconds that a stopping worker goes on with open requests. */
  readonly drainSeconds: number;
  /** The folder with tls.crt and tls.key. */
  readonly certificates: string;
  /** A name that leads to each instance that is ready, and their port. */
  readonly instances: { readonly host: Input<string>; readonly port: Input<number> };
  /** Paths of the instances that are for the scraper alone. */
  readonly metricsPaths: readonly string[];
  readonly objects: OriginRoute | undefined;
}

/** Mozilla's intermediate configuration, version 5.7. */
const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** Headers that the balancer sets itself. */
const OWN_HEADERS = [
  'Content-Security-Policy',
  'Permissions-Policy',
  'Referrer-Policy',
  'Strict-Transport-Security',
  'X-Content-Type-Options',
  'X-Frame-Options',
  'X-Request-ID',
];

/** Of one worker: a client may have a connection to the backend, and its request one to another pod. */
export function workerConnections(clientConnections: Input<number>): Input<number> {
  return add(multiply(clientConnections, 3), 512);
}

/** Names in `@` are completed at the start, and `RESOLVERS` are the DNS servers of the pod. */
export function loadBalancerConf(conf: LoadBalancerConf): Text {
  const { clientConnections, ports, rateLimit, securityHeaders } = conf;
  const connections = workerConnections(clientConnections);
  const { objects } = conf;
  const ofObjects = (part: (route: OriginRoute) => Text): When<Text> | undefined =>
    objects === undefined ? undefined : when(objects.present, part(objects));
  return text`
    load_module /usr/lib/nginx/modules/ngx_http_js_module.so;
    daemon off;
    pid /tmp/nginx.pid;
    error_log stderr error;
    worker_processes ${coresOf(conf.resources)};
    worker_rlimit_nofile ${add(connections, 1024)};
    worker_shutdown_timeout ${conf.drainSeconds}s;

    events {
      worker_connections ${connections};
    }

    http {
      default_type application/octet-stream;
      server_tokens off;
      absolute_redirect off;

      ${temporaryFolders}
      client_body_buffer_size 64k;
      client_max_body_size ${divide(bytes(conf.clientMaxBodySize), 1024)}k;
      client_header_timeout 15s;
      client_body_timeout 15s;
      send_timeout 30s;

      keepalive_timeout 75s;
      # A busy connection ends with an answer that says so, within the preStop sleep: none is cut when the pod stops.
      keepalive_time 10s;
      keepalive_min_timeout 5s;

      # Instances come and go; they are those that DNS has. A question is asked anew after three seconds.
      resolver RESOLVERS valid=3s;
      resolver_timeout 2s;

      ${realClient(conf.trustedProxies)}
      ${requestLog}

      # Headers depend on variables, not on locations: an add_header in a location would drop those of the server.
      # $kind is api or object. What a browser opens of objects, which are others' files, runs nothing and belongs to no site.
      map "$kind $uri" $content_security_policy {
        ${each(conf.documentationPaths, (path) => text`"api ${path}" "${securityHeaders.documentationContentSecurityPolicy}";`)}
        "~^object " "default-src 'none'; style-src 'unsafe-inline'; sandbox";
        default "${securityHeaders.contentSecurityPolicy}";
      }
      map "$kind $status $upstream_status" $cache_control {
        "~^api (50[24] |(308|[45]..) $)" no-store;
        ${ofObjects(() => text`"~^object " $objects_cache_control;`)}
        default "";
      }
      map $kind $allowed_origin {
        object "*";
      }
      map $limited_seconds $seconds_to_wait {
        "" 1;
        default $limited_seconds;
      }
      map "$status $upstream_status" $retry_after {
        "429 " $seconds_to_wait;
      }
      ${upgradedConnection}
      ${dotSegments}
      ${ofObjects(objectsCacheControl)}

      js_import limits from /tmp/limits.js;
      js_fetch_timeout 500ms;
      js_fetch_keepalive 32;
      # Some thousand clients each; those that were not seen for longest make way.
      ${zone('all', '16m', rateLimit.all, rateLimit.stepSeconds)}
      ${zone('authentication', '16m', rateLimit.authentication, rateLimit.stepSeconds)}
      ${ofObjects((route) => zone('objects', '16m', route.rateLimit, rateLimit.stepSeconds))}
      js_shared_dict_zone zone=silent:32k type=number timeout=5s evict;
      js_shared_dict_zone zone=events:64k type=number;
      limit_conn_zone $kind$binary_remote_addr zone=in_flight:10m;
      limit_conn_status 429;
      limit_conn_log_level info;

      upstream backend {
        zone backend 256k;
        least_conn;
        server @${conf.instances.host}@:${conf.instances.port} resolve max_fails=${conf.maxFails} fail_timeout=${conf.failTimeoutSeconds}s;
        keepalive 64;
        # A connection serves for 10 s at most, less than the instance's preStop sleep: none is left when it stops.
        keepalive_time 5s;
        keepalive_timeout 5s;
      }
      ${ofObjects(objectsUpstream)}

      # The certificate is read at each handshake: a renewed one is served as soon as the kubelet has written it.
      map $ssl_server_name $certificates {
        default ${conf.certificates};
      }

      server {
        listen ${ports.https} ssl;
        listen [::]:${ports.https} ssl;
        http2 on;
        ssl_certificate $certificates/tls.crt;
        ssl_certificate_key $certificates/tls.key;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_ciphers ${CIPHERS};
        ssl_prefer_server_ciphers off;
        ssl_session_cache shared:tls:10m;
        ssl_session_timeout 1d;
        ssl_session_tickets off;
        set $kind api;
        set $limited_seconds "";

        ${answerHeaders(conf)}
        add_header Strict-Transport-Security "${securityHeaders.strictTransportSecurity}" always;

        location / {
          set $limited_uri $uri;
          auth_request /-/limit;
          auth_request_set $limited_seconds $sent_http_retry_after;
          error_page 403 429 = @limited;
          limit_conn in_flight ${rateLimit.inFlight};
          error_page 502 = @again;
          ${withoutDotSegments}
          ${toInstance(conf)}
        }
        ${conf.metricsPaths.map(hidden)}

        # nginx asks no other instance once the list of them has changed, as it does when one is lost: what may be repeated is
        # asked for once more, of those that there are now.
        location @again {
          if ($request_method !~ ^(GET|HEAD|OPTIONS)$) {
            return 502;
          }
          ${toInstance(conf)}
        }
        ${ofObjects((route) => objectsLocation(route, OWN_HEADERS))}

        location @limited {
          js_header_filter limits.count;
          default_type application/json;
          return 429 '{"detail":"Too Many Requests"}\n';
        }

        location = /-/limit {
          internal;
          js_content limits.check;
        }

        location = /-/ready {
          access_log off;
          default_type text/plain;
          return 200 "ready\n";
        }
      }

      server {
        listen ${ports.http};
        listen [::]:${ports.http};
        set $kind api;
        set $limited_seconds "";
        ${answerHeaders(conf)}

        location / {
          return 308 https://$host$request_uri;
        }

        location = /healthz {
          access_log off;
          default_type text/plain;
          return 200 "alive\n";
        }
      }

      # For the other pods.
      server {
        listen ${ports.peers};
        listen [::]:${ports.peers};
        access_log off;

        location = /take {
          js_content limits.answer;
        }
      }

      server {
        listen ${ports.metrics};
        listen [::]:${ports.metrics};
        access_log off;

        location = /metrics {
          js_content limits.metrics;
        }
      }

      # For the exporter in this pod.
      server {
        listen 127.0.0.1:${ports.status};
        access_log off;

        location = /nginx_status {
          stub_status;
        }
      }
    }
  `;
}

/** And all below it: an application that is mounted there answers at each path, and with a line break at the end, too. */
function hidden(path: string): Text {
  return text`

    # What instances show the scraper is for nobody else.
    location ~ ^${path.replaceAll(/[^A-Za-z0-9/_-]/g, '\\$&')}(?![A-Za-z0-9._~-]) {
      return 404;
    }
  `;
}

/** Hands a request on. */
function toInstance({ proxyTimeoutSeconds }: LoadBalancerConf): Text {
  return text`
    js_header_filter limits.count;
    proxy_pass http://backend;
    proxy_http_version 1.1;
    # Bodies wait in /tmp until they are whole; responses are never spooled there.
    proxy_max_temp_file_size 0;
    proxy_connect_timeout 2s;
    proxy_read_timeout ${proxyTimeoutSeconds}s;
    proxy_send_timeout ${proxyTimeoutSeconds}s;
    # Another instance is asked where this one cannot be reached, and for what may be repeated where it breaks off.
    proxy_next_upstream error timeout;
    proxy_next_upstream_tries 3;
    ${proxyHeaders}
    ${OWN_HEADERS.map((header) => text`proxy_hide_header ${header};`)}
  `;
}

/** Counts are kept for as long as a window may touch their step. */
function zone(name: string, size: string, limit: WindowLimit, stepSeconds: Input<number>): Text {
  const seconds = multiply(add(stepsOf(limit, stepSeconds), 2), stepSeconds);
  return text`js_shared_dict_zone zone=${name}:${size} type=number timeout=${seconds}s evict;`;
}

function answerHeaders({ securityHeaders }: LoadBalancerConf): Text {
  return text`
    add_header Access-Control-Allow-Origin $allowed_origin always;
    add_header Cache-Control $cache_control always;
    add_header Content-Security-Policy $content_security_policy always;
    add_header Permissions-Policy "${securityHeaders.permissionsPolicy}" always;
    add_header Referrer-Policy "${securityHeaders.referrerPolicy}" always;
    add_header Retry-After $retry_after always;
    add_header X-Content-Type-Options nosniff always;
    add_header X-Frame-Options "${securityHeaders.frameOptions}" always;
    add_header X-Request-ID $traced_request_id always;
  `;
}
