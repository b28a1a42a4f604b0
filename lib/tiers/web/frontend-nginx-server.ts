/** The server of a Frontend's nginx.conf: which path is answered with what. */
import type { Input } from '../../values/expression';
import type { Text, When } from '../../values/parts';
import { text } from '../../values/text';
import { each, when } from '../../values/tree';
import type { NginxConf } from './frontend-nginx';
import { proxyHeaders, withoutDotSegments } from './nginx';

/** A path that is handed to another tier. */
export interface ProxiedPath {
  /** With a slash at both ends. */
  readonly path: string;
  /** The upstream's name. */
  readonly name: string;
  readonly host: Input<string>;
  readonly port: Input<number>;
  /** Whether that tier is there. */
  readonly present: Input<boolean>;
}

/** The Service's name is looked up once, at the start: its address lasts as long as the Service. */
export function upstreamBlock({ name, host, port, present }: ProxiedPath): When<Text> | undefined {
  return when(
    present,
    text`
      upstream ${name} {
        server ${host}:${port};
        keepalive 32;
        # A connection serves for 10 s at most, less than the server's preStop sleep: none is left when it stops.
        keepalive_time 5s;
        keepalive_timeout 5s;
      }

    `,
  );
}

export function serverBlock(conf: NginxConf): Text {
  const { cdn, rateLimit, securityHeaders } = conf;
  return text`
    server {
      listen ${conf.port};
      root /usr/share/nginx/html;
      set $kind file;
      limit_req zone=site burst=${rateLimit.site.burst} nodelay;

      add_header Cache-Control $cache_control always;
      add_header Content-Security-Policy "${securityHeaders.contentSecurityPolicy}" always;
      add_header Permissions-Policy "${securityHeaders.permissionsPolicy}" always;
      add_header Referrer-Policy "${securityHeaders.referrerPolicy}" always;
      add_header Retry-After $retry_after always;
      add_header Strict-Transport-Security $strict_transport_security always;
      add_header Vary $vary always;
      add_header X-Content-Type-Options nosniff always;
      add_header X-Request-ID $traced_request_id always;
      ${when(
        cdn.enabled,
        text`
          add_header Cache-Tag $cache_tag always;
          add_header ETag $document_etag always;
          add_header Surrogate-Key $surrogate_key always;
        `,
      )}
      ${when(
        conf.httpsRedirect,
        text`

          set $forwarded "$from_trusted_proxy $http_x_forwarded_proto";
          if ($forwarded = "1 http") {
            return 308 https://$host$request_uri;
          }
        `,
      )}

      location / {
        try_files $uri /index.html;
      }

      location = /index.html {
        set $kind document;
        ${when(
          cdn.enabled,
          text`
            etag off;
            if_modified_since off;
            if ($document_unchanged) {
              return 304;
            }
          `,
        )}
      }
      ${each(
        conf.immutablePaths,
        (path) => text`

          location ^~ ${path} {
            set $kind asset;
            try_files $uri$webp_suffix $uri =404;
          }
        `,
      )}
      ${when(
        cdn.enabled,
        text`

          location ^~ /v/${conf.version}/ {
            set $kind asset;
            rewrite ^/v/[^/]+(/.*)$ $1 break;
            try_files $uri$webp_suffix $uri =404;
          }

          # While pods are replaced, no version's address is answered with another version's files.
          location ^~ /v/ {
            return 404;
          }
        `,
      )}

      location ~* \.(avif|gif|ico|jpe?g|png|svg|webp|woff2?)$ {
        set $kind image;
        try_files $uri$webp_suffix $uri =404;
      }

      location ~ /\.(?!well-known/) {
        return 404;
      }
      ${conf.proxied.map((proxied) => proxyLocation(proxied, conf))}

      location = /healthz {
        set $kind probe;
        access_log off;
        default_type text/plain;
        return 200 "alive\n";
      }

      location = /readyz {
        set $kind probe;
        access_log off;
        default_type text/plain;
        if (!-f $document_root/index.html) {
          return 503 "no index.html\n";
        }
        return 200 "ready\n";
      }
    }
  `;
}

function proxyLocation(
  { path, name, present }: ProxiedPath,
  { rateLimit, proxyTimeoutSeconds }: NginxConf,
): When<Text> | undefined {
  return when(
    present,
    text`

      location ^~ ${path} {
        set $kind proxied;
        limit_req zone=api burst=${rateLimit.api.burst} nodelay;
        limit_conn in_flight ${rateLimit.api.inFlight};
        ${withoutDotSegments}
        proxy_pass http://${name};
        proxy_http_version 1.1;
        # Bodies wait in /tmp until they are whole; responses are never spooled there.
        proxy_max_temp_file_size 0;
        proxy_connect_timeout 5s;
        proxy_read_timeout ${proxyTimeoutSeconds}s;
        proxy_send_timeout ${proxyTimeoutSeconds}s;
        ${proxyHeaders}
      }
    `,
  );
}
