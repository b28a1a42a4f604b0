{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.frontend.nginx.conf" -}}
daemon off;
pid /tmp/nginx.pid;
error_log stderr error;
worker_processes {{ include "cluster-ai.cores" (ternary .Values.frontend.resources.limits.cpu .Values.frontend.resources.requests.cpu (not (kindIs "invalid" .Values.frontend.resources.limits.cpu))) | int64 }};
worker_rlimit_nofile 16384;
worker_shutdown_timeout 30s;
{{- if .Values.frontend.brotli }}
load_module /usr/lib/nginx/modules/ngx_http_brotli_filter_module.so;
load_module /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;
{{- end }}

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

  client_body_temp_path /tmp/client-body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  client_body_buffer_size 64k;
  client_max_body_size {{ div (include "cluster-ai.bytes" .Values.frontend.clientMaxBodySize | int64) 1024 }}k;

  # Longer than load balancers keep an idle connection: AWS ALB 60 s, Google Cloud 600 s.
  keepalive_timeout 620s;
  # A busy connection ends with an answer that says so, within the preStop sleep: none is cut when the pod stops.
  keepalive_time 10s;

  # The client's address and scheme, as trusted proxies tell them.
  real_ip_header X-Forwarded-For;
  real_ip_recursive on;
  {{- range $trustedProxy := .Values.frontend.trustedProxies }}
  set_real_ip_from {{ $trustedProxy }};
  {{- end }}
  geo $realip_remote_addr $from_trusted_proxy {
    default 0;
    {{- range $trustedProxy := .Values.frontend.trustedProxies }}
    {{ $trustedProxy }} 1;
    {{- end }}
  }
  map "$from_trusted_proxy $http_x_forwarded_proto" $client_scheme {
    default $scheme;
    "1 https" https;
  }
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

  gzip on;
  gzip_comp_level 5;
  gzip_min_length 1024;
  gzip_proxied any;
  gzip_static on;
  gzip_types application/javascript application/json application/manifest+json application/wasm image/svg+xml text/css text/javascript text/plain text/xml;
  gzip_vary on;
  {{- if .Values.frontend.brotli }}
  brotli on;
  brotli_comp_level 5;
  brotli_min_length 1024;
  brotli_static on;
  brotli_types application/javascript application/json application/manifest+json application/wasm image/svg+xml text/css text/javascript text/plain text/xml;
  {{- end }}

  # Headers depend on variables, not on locations: an add_header in a location would drop those of the server.
  # $kind is document, file, asset, image, probe or proxied.
  map "$kind $status" $cache_control {
    "~^proxied " "";
    "~ (30[1278]|[45])" no-store;
    "~^probe " no-store;
    "~^asset " "public, max-age=31536000, immutable";
    "~^image " "public, max-age=86400";
    default "{{ if .Values.frontend.cdn.enabled }}public, max-age=0, must-revalidate, s-maxage={{ int64 .Values.frontend.cdn.sharedMaxAgeSeconds }}{{ else }}no-cache{{ end }}";
  }
  map $client_scheme $strict_transport_security {
    https "{{ .Values.frontend.securityHeaders.strictTransportSecurity }}";
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
  map $http_upgrade $proxy_connection {
    default upgrade;
    "" "";
  }
  # nginx goes by /a where /metrics/../a is asked for, another may go by /metrics: it gets the former.
  map $request_uri $has_dot_segments {
    "~*^[^?#]*(/|%2f)(\.|%2e){1,2}([/?#]|%2f|$)" 1;
    default 0;
  }
  {{- if .Values.frontend.cdn.enabled }}
  map $kind $cache_tag {
    "~^(probe|proxied)$" "";
    default site,site-{{ .Values.frontend.image.tag }};
  }
  map $kind $surrogate_key {
    "~^(probe|proxied)$" "";
    default "site site-{{ .Values.frontend.image.tag }}";
  }
  # Reproducible builds give every file the same date: the version tells two documents apart.
  map "$kind $status" $document_etag {
    "~^document (200|304)$" 'W/"{{ .Values.frontend.image.tag }}"';
  }
  map $http_if_none_match $document_unchanged {
    default 0;
    'W/"{{ .Values.frontend.image.tag }}"' 1;
  }
  {{- end }}

  # For one client address and this pod.
  limit_req_zone $binary_remote_addr zone=site:10m rate={{ int64 .Values.frontend.rateLimit.site.requestsPerSecond }}r/s;
  limit_req_zone $binary_remote_addr zone=api:10m rate={{ int64 .Values.frontend.rateLimit.api.requestsPerSecond }}r/s;
  limit_req_status 429;
  limit_req_log_level info;
  limit_conn_zone $binary_remote_addr zone=in_flight:10m;
  limit_conn_status 429;
  limit_conn_log_level info;

  upstream api {
    server {{ .Release.Name }}-backend:8000;
    keepalive 32;
    # A connection serves for 10 s at most, less than the server's preStop sleep: none is left when it stops.
    keepalive_time 5s;
    keepalive_timeout 5s;
  }
  server {
    listen 8080;
    root /usr/share/nginx/html;
    set $kind file;
    limit_req zone=site burst={{ int64 .Values.frontend.rateLimit.site.burst }} nodelay;

    add_header Cache-Control $cache_control always;
    add_header Content-Security-Policy "{{ .Values.frontend.securityHeaders.contentSecurityPolicy }}" always;
    add_header Permissions-Policy "{{ .Values.frontend.securityHeaders.permissionsPolicy }}" always;
    add_header Referrer-Policy "{{ .Values.frontend.securityHeaders.referrerPolicy }}" always;
    add_header Retry-After $retry_after always;
    add_header Strict-Transport-Security $strict_transport_security always;
    add_header Vary $vary always;
    add_header X-Content-Type-Options nosniff always;
    add_header X-Request-ID $traced_request_id always;
    {{- if .Values.frontend.cdn.enabled }}
    add_header Cache-Tag $cache_tag always;
    add_header ETag $document_etag always;
    add_header Surrogate-Key $surrogate_key always;
    {{- end }}
{{- if .Values.frontend.httpsRedirect }}

    set $forwarded "$from_trusted_proxy $http_x_forwarded_proto";
    if ($forwarded = "1 http") {
      return 308 https://$host$request_uri;
    }
{{- end }}

    location / {
      try_files $uri /index.html;
    }

    location = /index.html {
      set $kind document;
      {{- if .Values.frontend.cdn.enabled }}
      etag off;
      if_modified_since off;
      if ($document_unchanged) {
        return 304;
      }
      {{- end }}
    }
{{- range $immutablePath := .Values.frontend.immutablePaths }}

    location ^~ {{ $immutablePath }} {
      set $kind asset;
      try_files $uri$webp_suffix $uri =404;
    }
{{- end }}
{{- if .Values.frontend.cdn.enabled }}

    location ^~ /v/{{ .Values.frontend.image.tag }}/ {
      set $kind asset;
      rewrite ^/v/[^/]+(/.*)$ $1 break;
      try_files $uri$webp_suffix $uri =404;
    }

    # While pods are replaced, no version's address is answered with another version's files.
    location ^~ /v/ {
      return 404;
    }
{{- end }}

    location ~* \.(avif|gif|ico|jpe?g|png|svg|webp|woff2?)$ {
      set $kind image;
      try_files $uri$webp_suffix $uri =404;
    }

    location ~ /\.(?!well-known/) {
      return 404;
    }

    location ^~ /api/ {
      set $kind proxied;
      limit_req zone=api burst={{ int64 .Values.frontend.rateLimit.api.burst }} nodelay;
      limit_conn in_flight {{ int64 .Values.frontend.rateLimit.api.inFlight }};
      if ($has_dot_segments) {
        rewrite ^ $uri break;
      }
      proxy_pass http://api;
      proxy_http_version 1.1;
      # Bodies wait in /tmp until they are whole; responses are never spooled there.
      proxy_max_temp_file_size 0;
      proxy_connect_timeout 5s;
      proxy_read_timeout {{ int64 .Values.frontend.proxyTimeoutSeconds }}s;
      proxy_send_timeout {{ int64 .Values.frontend.proxyTimeoutSeconds }}s;
      proxy_set_header Connection $proxy_connection;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header X-Forwarded-Proto $client_scheme;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Request-ID $traced_request_id;
    }

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

  # For the exporter in this pod.
  server {
    listen 127.0.0.1:8081;
    access_log off;

    location = /stub_status {
      stub_status;
    }
  }
}
{{- end }}
