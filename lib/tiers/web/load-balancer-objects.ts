/** Objects of a bucket behind a path, as the origin of a content delivery network. */
import type { ClientFiles, Endpoint } from '../../network/connections';
import { choose } from '../../values/choice';
import type { Input } from '../../values/expression';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { when } from '../../values/tree';
import type { WindowLimit } from './load-balancer-limits';

/** A bucket that anyone may read. */
export interface OriginServer {
  /** Name of the Service. */
  readonly host: Input<string>;
  /** Port of the Service. */
  readonly port: number;
  /** Ports of its pods. */
  readonly endpoints: readonly Endpoint[];
  /** The authority behind its certificate, as `ca.crt` of the first. */
  readonly clientFiles: readonly ClientFiles[];
  /** The bucket. */
  readonly bucket: Input<string>;
  /** Whether it speaks HTTPS. */
  readonly tls: Input<boolean>;
}

/** Further requests are answered with 429. */
export interface ObjectsLimit extends WindowLimit {
  /** Those that one client has open in one pod. A page may ask for as many at once as one connection of HTTP/2 has: 128. */
  readonly inFlight: Input<number>;
}

/** A page with many images is loaded several times a minute. */
export const objectsLimitDefaults = { requests: 600, windowSeconds: 60, inFlight: 128 } as const;

/** A path behind which a bucket's objects are. */
export interface ObjectsRoute {
  /** With a slash at both ends. */
  readonly path: string;
  /** The bucket's server. */
  readonly server: OriginServer;
  /** Seconds for which browsers keep an object that has no Cache-Control of its own. */
  readonly maxAgeSeconds: Input<number>;
  /** The same for the network in front. */
  readonly sharedMaxAgeSeconds: Input<number>;
  /** Objects that one client may ask for, beside its other requests. */
  readonly rateLimit: ObjectsLimit;
}

/** A route, and whether its server is there. */
export interface OriginRoute extends ObjectsRoute {
  readonly present: Input<boolean>;
}

/** What S3 servers say of themselves, and what only the site itself may set. */
const HIDDEN_HEADERS = [
  'Access-Control-Allow-Credentials',
  'Access-Control-Allow-Origin',
  'Access-Control-Expose-Headers',
  'Cache-Control',
  'Server',
  'Set-Cookie',
  'X-Amz-Bucket-Region',
  'X-Amz-Id-2',
  'X-Amz-Request-Id',
  'X-Amz-Server-Side-Encryption',
  'X-Amz-Storage-Class',
  'X-Amz-Version-Id',
  'X-Minio-Error-Code',
  'X-Minio-Error-Desc',
  'X-Ratelimit-Limit',
  'X-Ratelimit-Remaining',
  'X-Xss-Protection',
];

/** As whoever uploaded an object said, or else for a while; errors for a moment. */
export function objectsCacheControl({ maxAgeSeconds, sharedMaxAgeSeconds }: ObjectsRoute): Text {
  return text`
    map "$status $upstream_http_cache_control" $objects_cache_control {
      "~^(200|206|304) (?<said>.+)$" $said;
      "~^(200|206|304) " "public, max-age=${maxAgeSeconds}, s-maxage=${sharedMaxAgeSeconds}";
      "~^404 " "public, max-age=0, s-maxage=5";
      default no-store;
    }
  `;
}

export function objectsUpstream({ server: { host, port } }: ObjectsRoute): Text {
  return text`
    upstream objects {
      zone store 64k;
      server @${host}@:${port} resolve;
      keepalive 16;
      keepalive_time 5s;
      keepalive_timeout 5s;
    }
  `;
}

/** Objects are others' files: what a browser opens of them runs nothing, and belongs to no site. */
export function objectsLocation({ path, server, rateLimit }: ObjectsRoute, ownHeaders: readonly string[]): Text {
  const [files] = server.clientFiles;
  return text`

    location = ${path} {
      set $kind object;
      return 404;
    }

    location ^~ ${path} {
      set $kind object;
      if ($request_method !~ ^(GET|HEAD)$) {
        return 405;
      }
      set $limited_uri $uri;
      auth_request /-/limit;
      auth_request_set $limited_seconds $sent_http_retry_after;
      # The request to /-/limit has begun with the server's own $kind, which they share.
      auth_request_set $kind object;
      error_page 403 429 = @limited;
      limit_conn in_flight ${rateLimit.inFlight};
      rewrite (?s)^${path}(.*)$ /${server.bucket}/$1? break;
      proxy_pass ${choose(server.tls, 'https', 'http')}://objects;
      proxy_http_version 1.1;
      proxy_max_temp_file_size 0;
      proxy_connect_timeout 2s;
      proxy_read_timeout 30s;
      proxy_next_upstream error timeout;
      proxy_pass_request_body off;
      # Nothing of the client's but what it wants of the object.
      proxy_set_header Host ${server.host};
      proxy_set_header Connection "";
      proxy_set_header Content-Length "";
      proxy_set_header Authorization "";
      proxy_set_header Cookie "";
      proxy_set_header X-Request-ID $traced_request_id;
      ${when(
        server.tls,
        text`
          proxy_ssl_server_name on;
          proxy_ssl_name ${server.host};
          proxy_ssl_verify on;
          proxy_ssl_trusted_certificate /run/secrets/${files?.name ?? ''}/ca.crt;
        `,
      )}
      ${[...ownHeaders, ...HIDDEN_HEADERS].map((header) => text`proxy_hide_header ${header};`)}
    }
  `;
}
