/** The nginx.conf of a Frontend: how it reads requests, compresses, logs, and which headers it answers with. */
import type { Input } from '../../values/expression';
import { choose } from '../../values/choice';
import { bytes, divide } from '../../values/numbers';
import { str } from '../../values/texts';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { type ListInput, when } from '../../values/tree';
import type { Resources } from '../../workload/container';
import { type ProxiedPath, serverBlock, upstreamBlock } from './frontend-nginx-server';
import { coresOf } from './http';
import { dotSegments, realClient, requestLog, temporaryFolders, upgradedConnection } from './nginx';

/** Requests that one client address may send to one pod. */
export interface RateLimit {
  readonly requestsPerSecond: Input<number>;
  /** Requests above the rate that are let through before the next is answered with 429. */
  readonly burst: Input<number>;
}

/** Response headers. An empty text leaves the header out. */
export interface SecurityHeaders {
  /** `Content-Security-Policy`. */
  readonly contentSecurityPolicy: Input<string>;
  /** `Permissions-Policy`. */
  readonly permissionsPolicy: Input<string>;
  /** `Referrer-Policy`. */
  readonly referrerPolicy: Input<string>;
  /** `Strict-Transport-Security`, sent to clients that came by HTTPS. */
  readonly strictTransportSecurity: Input<string>;
}

/** How a content delivery network in front caches what nginx serves. */
export interface Cdn {
  readonly enabled: Input<boolean>;
  /** Seconds for which the network may keep the document. */
  readonly sharedMaxAgeSeconds: Input<number>;
}

export interface NginxSettings {
  /**
   * Compresses with Brotli too, for which the image has the modules of `nginx-module-brotli`
   * (Debian: `libnginx-mod-http-brotli-*`).
   */
  readonly brotli: Input<boolean>;
  /** The largest request body, such as `10Mi`. */
  readonly clientMaxBodySize: Input<string>;
  /** What /tmp holds: the bodies of requests in flight. */
  readonly temporarySize: Input<string>;
  /** Networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: those of the proxies in front. */
  readonly trustedProxies: ListInput<string>;
  /** Answers 308 to a client that came to a trusted proxy without TLS. */
  readonly httpsRedirect: Input<boolean>;
  /** Folders of files whose names hold a hash of their content: cached for a year. */
  readonly immutablePaths: ListInput<string>;
  /** Headers of every answer. */
  readonly securityHeaders: SecurityHeaders;
  /** Requests of one client address that one pod lets through; further ones are answered with 429. */
  readonly rateLimit: {
    /** For the files. */
    readonly site: RateLimit;
    /** For what is handed to other tiers. */
    readonly api: RateLimit & {
      /** Requests of one client address that one pod has open; further ones are answered with 429. */
      readonly inFlight: Input<number>;
    };
  };
  /** Seconds between two reads from, or writes to, another tier. */
  readonly proxyTimeoutSeconds: Input<number>;
  /** What a content delivery network in front is told. */
  readonly cdn: Cdn;
}

export interface NginxConf extends NginxSettings {
  readonly port: number;
  /** Of the build, for content delivery networks: letters, digits and `. _ -`. */
  readonly version: Input<string>;
  /** On the loopback interface. */
  readonly statusPort: number;
  /** There is a worker for each core. */
  readonly resources: Resources;
  /** Seconds that a stopping worker goes on with open requests. */
  readonly drainSeconds: number;
  readonly proxied: readonly ProxiedPath[];
}

const COMPRESSED_TYPES = [
  'application/javascript',
  'application/json',
  'application/manifest+json',
  'application/wasm',
  'image/svg+xml',
  'text/css',
  'text/javascript',
  'text/plain',
  'text/xml',
].join(' ');

export function nginxConf(conf: NginxConf): Text {
  const { brotli, cdn, rateLimit, securityHeaders, trustedProxies } = conf;
  const shared = str`public, max-age=0, must-revalidate, s-maxage=${cdn.sharedMaxAgeSeconds}`;
  return text`
    daemon off;
    pid /tmp/nginx.pid;
    error_log stderr error;
    worker_processes ${coresOf(conf.resources)};
    worker_rlimit_nofile 16384;
    worker_shutdown_timeout ${conf.drainSeconds}s;
    ${when(
      brotli,
      text`
        load_module /usr/lib/nginx/modules/ngx_http_brotli_filter_module.so;
        load_module /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;
      `,
    )}

    events {
      worker_connections 4096;
    }

    http {
      include /etc/nginx/mime.types;
      default_type application/octet-stream;
      charset utf-8;
      server_tokens off;
      absolute_redirect off;
      sendfile on;
      tcp_nopush on;

      ${temporaryFolders}
      client_body_buffer_size 64k;
      client_max_body_size ${divide(bytes(conf.clientMaxBodySize), 1024)}k;

      # Longer than load balancers keep an idle connection: AWS ALB 60 s, Google Cloud 600 s.
      keepalive_timeout 620s;
      # A busy connection ends with an answer that says so, within the preStop sleep: none is cut when the pod stops.
      keepalive_time 10s;

      ${realClient(trustedProxies)}
      ${requestLog}

      gzip on;
      gzip_comp_level 5;
      gzip_min_length 1024;
      gzip_proxied any;
      gzip_static on;
      gzip_types ${COMPRESSED_TYPES};
      gzip_vary on;
      ${when(
        brotli,
        text`
          brotli on;
          brotli_comp_level 5;
          brotli_min_length 1024;
          brotli_static on;
          brotli_types ${COMPRESSED_TYPES};
        `,
      )}

      # Headers depend on variables, not on locations: an add_header in a location would drop those of the server.
      # $kind is document, file, asset, image, probe or proxied.
      map "$kind $status" $cache_control {
        "~^proxied " "";
        "~ (30[1278]|[45])" no-store;
        "~^probe " no-store;
        "~^asset " "public, max-age=31536000, immutable";
        "~^image " "public, max-age=86400";
        default "${choose(cdn.enabled, shared, 'no-cache')}";
      }
      map $client_scheme $strict_transport_security {
        https "${securityHeaders.strictTransportSecurity}";
      }
      map "$status $upstream_status" $retry_after {
        "429 " 1;
      }
      map $uri $vary {
        "~*\.(jpe?g|png)(\.webp)?$" Accept;
      }
      # logo.png is answered with logo.png.webp where the build has one and the client takes it.
      map "$uri $http_accept" $webp_suffix {
        "~*\.(jpe?g|png) .*image/webp" .webp;
      }
      ${upgradedConnection}
      ${dotSegments}
      ${when(
        cdn.enabled,
        text`
          map $kind $cache_tag {
            "~^(probe|proxied)$" "";
            default site,site-${conf.version};
          }
          map $kind $surrogate_key {
            "~^(probe|proxied)$" "";
            default "site site-${conf.version}";
          }
          # Reproducible builds give every file the same date: the version tells two documents apart.
          map "$kind $status" $document_etag {
            "~^document (200|304)$" 'W/"${conf.version}"';
          }
          map $http_if_none_match $document_unchanged {
            default 0;
            'W/"${conf.version}"' 1;
          }
        `,
      )}

      # For one client address and this pod.
      limit_req_zone $binary_remote_addr zone=site:10m rate=${rateLimit.site.requestsPerSecond}r/s;
      limit_req_zone $binary_remote_addr zone=api:10m rate=${rateLimit.api.requestsPerSecond}r/s;
      limit_req_status 429;
      limit_req_log_level info;
      limit_conn_zone $binary_remote_addr zone=in_flight:10m;
      limit_conn_status 429;
      limit_conn_log_level info;

      ${conf.proxied.map(upstreamBlock)}
      ${serverBlock(conf)}

      # For the exporter in this pod.
      server {
        listen 127.0.0.1:${conf.statusPort};
        access_log off;

        location = /stub_status {
          stub_status;
        }
      }
    }
  `;
}
