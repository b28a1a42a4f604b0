{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.load-balancer.nginx.conf" -}}
load_module /usr/lib/nginx/modules/ngx_http_js_module.so;
daemon off;
pid /tmp/nginx.pid;
error_log stderr error;
worker_processes {{ include "conecta-plus.cores" (ternary .Values.loadBalancer.resources.limits.cpu .Values.loadBalancer.resources.requests.cpu (not (kindIs "invalid" .Values.loadBalancer.resources.limits.cpu))) | int64 }};
worker_rlimit_nofile {{ add (add (mul .Values.loadBalancer.clientConnections 3) 512) 1024 }};
worker_shutdown_timeout 30s;

events {
  worker_connections {{ add (mul .Values.loadBalancer.clientConnections 3) 512 }};
}

http {
  default_type application/octet-stream;
  server_tokens off;
  absolute_redirect off;

  client_body_temp_path /tmp/client-body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  client_body_buffer_size 64k;
  client_max_body_size {{ div (include "conecta-plus.bytes" .Values.loadBalancer.clientMaxBodySize | int64) 1024 }}k;
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

  # The client's address and scheme, as trusted proxies tell them.
  real_ip_header X-Forwarded-For;
  real_ip_recursive on;
  {{- range $trustedProxy := .Values.loadBalancer.trustedProxies }}
  set_real_ip_from {{ $trustedProxy }};
  {{- end }}
  geo $realip_remote_addr $from_trusted_proxy {
    default 0;
    {{- range $trustedProxy := .Values.loadBalancer.trustedProxies }}
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

  # Headers depend on variables, not on locations: an add_header in a location would drop those of the server.
  # $kind is api or object. What a browser opens of objects, which are others' files, runs nothing and belongs to no site.
  map "$kind $uri" $content_security_policy {
    {{- range $documentationPath := .Values.loadBalancer.documentationPaths }}
    "api {{ $documentationPath }}" "{{ $.Values.loadBalancer.securityHeaders.documentationContentSecurityPolicy }}";
    {{- end }}
    "~^object " "default-src 'none'; style-src 'unsafe-inline'; sandbox";
    default "{{ .Values.loadBalancer.securityHeaders.contentSecurityPolicy }}";
  }
  map "$kind $status $upstream_status" $cache_control {
    "~^api (50[24] |(308|[45]..) $)" no-store;
    {{- if not .Values.objectStore.external.enabled }}
    "~^object " $objects_cache_control;
    {{- end }}
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
  map $http_upgrade $proxy_connection {
    default upgrade;
    "" "";
  }
  # nginx goes by /a where /metrics/../a is asked for, another may go by /metrics: it gets the former.
  map $request_uri $has_dot_segments {
    "~*^[^?#]*(/|%2f)(\.|%2e){1,2}([/?#]|%2f|$)" 1;
    default 0;
  }
  {{- if not .Values.objectStore.external.enabled }}
  map "$status $upstream_http_cache_control" $objects_cache_control {
    "~^(200|206|304) (?<said>.+)$" $said;
    "~^(200|206|304) " "public, max-age={{ int64 .Values.media.maxAgeSeconds }}, s-maxage={{ int64 .Values.media.sharedMaxAgeSeconds }}";
    "~^404 " "public, max-age=0, s-maxage=5";
    default no-store;
  }
  {{- end }}

  js_import limits from /tmp/limits.js;
  js_fetch_timeout 500ms;
  js_fetch_keepalive 32;
  # Some thousand clients each; those that were not seen for longest make way.
  js_shared_dict_zone zone=all:16m type=number timeout={{ mul (add (div (sub (add .Values.loadBalancer.rateLimit.all.windowSeconds .Values.loadBalancer.rateLimit.stepSeconds) 1) .Values.loadBalancer.rateLimit.stepSeconds) 2) .Values.loadBalancer.rateLimit.stepSeconds }}s evict;
  js_shared_dict_zone zone=authentication:16m type=number timeout={{ mul (add (div (sub (add .Values.loadBalancer.rateLimit.authentication.windowSeconds .Values.loadBalancer.rateLimit.stepSeconds) 1) .Values.loadBalancer.rateLimit.stepSeconds) 2) .Values.loadBalancer.rateLimit.stepSeconds }}s evict;
  {{- if not .Values.objectStore.external.enabled }}
  js_shared_dict_zone zone=objects:16m type=number timeout={{ mul (add (div (sub (add .Values.media.rateLimit.windowSeconds .Values.loadBalancer.rateLimit.stepSeconds) 1) .Values.loadBalancer.rateLimit.stepSeconds) 2) .Values.loadBalancer.rateLimit.stepSeconds }}s evict;
  {{- end }}
  js_shared_dict_zone zone=silent:32k type=number timeout=5s evict;
  js_shared_dict_zone zone=events:64k type=number;
  limit_conn_zone $kind$binary_remote_addr zone=in_flight:10m;
  limit_conn_status 429;
  limit_conn_log_level info;

  upstream backend {
    zone backend 256k;
    least_conn;
    server @{{ .Release.Name }}-api-instances@:{{ int64 .Values.api.port }} resolve max_fails={{ int64 .Values.loadBalancer.maxFails }} fail_timeout={{ int64 .Values.loadBalancer.failTimeoutSeconds }}s;
    keepalive 64;
    # A connection serves for 10 s at most, less than the instance's preStop sleep: none is left when it stops.
    keepalive_time 5s;
    keepalive_timeout 5s;
  }
  {{- if not .Values.objectStore.external.enabled }}
  upstream objects {
    zone store 64k;
    server @{{ .Release.Name }}-object-store@:9000 resolve;
    keepalive 16;
    keepalive_time 5s;
    keepalive_timeout 5s;
  }
  {{- end }}

  # The certificate is read at each handshake: a renewed one is served as soon as the kubelet has written it.
  map $ssl_server_name $certificates {
    default /run/secrets/load-balancer-tls;
  }

  server {
    listen 8443 ssl;
    listen [::]:8443 ssl;
    http2 on;
    ssl_certificate $certificates/tls.crt;
    ssl_certificate_key $certificates/tls.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
    ssl_prefer_server_ciphers off;
    ssl_session_cache shared:tls:10m;
    ssl_session_timeout 1d;
    ssl_session_tickets off;
    set $kind api;
    set $limited_seconds "";

    add_header Access-Control-Allow-Origin $allowed_origin always;
    add_header Cache-Control $cache_control always;
    add_header Content-Security-Policy $content_security_policy always;
    add_header Permissions-Policy "{{ .Values.loadBalancer.securityHeaders.permissionsPolicy }}" always;
    add_header Referrer-Policy "{{ .Values.loadBalancer.securityHeaders.referrerPolicy }}" always;
    add_header Retry-After $retry_after always;
    add_header X-Content-Type-Options nosniff always;
    add_header X-Frame-Options "{{ .Values.loadBalancer.securityHeaders.frameOptions }}" always;
    add_header X-Request-ID $traced_request_id always;
    add_header Strict-Transport-Security "{{ .Values.loadBalancer.securityHeaders.strictTransportSecurity }}" always;

    location / {
      set $limited_uri $uri;
      auth_request /-/limit;
      auth_request_set $limited_seconds $sent_http_retry_after;
      error_page 403 429 = @limited;
      limit_conn in_flight {{ int64 .Values.loadBalancer.rateLimit.inFlight }};
      error_page 502 = @again;
      if ($has_dot_segments) {
        rewrite ^ $uri break;
      }
      js_header_filter limits.count;
      proxy_pass http://backend;
      proxy_http_version 1.1;
      # Bodies wait in /tmp until they are whole; responses are never spooled there.
      proxy_max_temp_file_size 0;
      proxy_connect_timeout 2s;
      proxy_read_timeout {{ int64 .Values.loadBalancer.proxyTimeoutSeconds }}s;
      proxy_send_timeout {{ int64 .Values.loadBalancer.proxyTimeoutSeconds }}s;
      # Another instance is asked where this one cannot be reached, and for what may be repeated where it breaks off.
      proxy_next_upstream error timeout;
      proxy_next_upstream_tries 3;
      proxy_set_header Connection $proxy_connection;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header X-Forwarded-Proto $client_scheme;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Request-ID $traced_request_id;
      proxy_hide_header Content-Security-Policy;
      proxy_hide_header Permissions-Policy;
      proxy_hide_header Referrer-Policy;
      proxy_hide_header Strict-Transport-Security;
      proxy_hide_header X-Content-Type-Options;
      proxy_hide_header X-Frame-Options;
      proxy_hide_header X-Request-ID;
    }

    # What instances show the scraper is for nobody else.
    location ~ ^/metrics(?![A-Za-z0-9._~-]) {
      return 404;
    }

    # nginx asks no other instance once the list of them has changed, as it does when one is lost: what may be repeated is
    # asked for once more, of those that there are now.
    location @again {
      if ($request_method !~ ^(GET|HEAD|OPTIONS)$) {
        return 502;
      }
      js_header_filter limits.count;
      proxy_pass http://backend;
      proxy_http_version 1.1;
      # Bodies wait in /tmp until they are whole; responses are never spooled there.
      proxy_max_temp_file_size 0;
      proxy_connect_timeout 2s;
      proxy_read_timeout {{ int64 .Values.loadBalancer.proxyTimeoutSeconds }}s;
      proxy_send_timeout {{ int64 .Values.loadBalancer.proxyTimeoutSeconds }}s;
      # Another instance is asked where this one cannot be reached, and for what may be repeated where it breaks off.
      proxy_next_upstream error timeout;
      proxy_next_upstream_tries 3;
      proxy_set_header Connection $proxy_connection;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header X-Forwarded-Proto $client_scheme;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Request-ID $traced_request_id;
      proxy_hide_header Content-Security-Policy;
      proxy_hide_header Permissions-Policy;
      proxy_hide_header Referrer-Policy;
      proxy_hide_header Strict-Transport-Security;
      proxy_hide_header X-Content-Type-Options;
      proxy_hide_header X-Frame-Options;
      proxy_hide_header X-Request-ID;
    }
{{- if not .Values.objectStore.external.enabled }}

    location = /media/ {
      set $kind object;
      return 404;
    }

    location ^~ /media/ {
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
      limit_conn in_flight {{ int64 .Values.media.rateLimit.inFlight }};
      rewrite (?s)^/media/(.*)$ /media/$1? break;
      proxy_pass {{ if and .Values.objectStore.tls.enabled (not .Values.objectStore.external.enabled) }}https{{ else }}http{{ end }}://objects;
      proxy_http_version 1.1;
      proxy_max_temp_file_size 0;
      proxy_connect_timeout 2s;
      proxy_read_timeout 30s;
      proxy_next_upstream error timeout;
      proxy_pass_request_body off;
      # Nothing of the client's but what it wants of the object.
      proxy_set_header Host {{ .Release.Name }}-object-store;
      proxy_set_header Connection "";
      proxy_set_header Content-Length "";
      proxy_set_header Authorization "";
      proxy_set_header Cookie "";
      proxy_set_header X-Request-ID $traced_request_id;
      {{- if and .Values.objectStore.tls.enabled (not .Values.objectStore.external.enabled) }}
      proxy_ssl_server_name on;
      proxy_ssl_name {{ .Release.Name }}-object-store;
      proxy_ssl_verify on;
      proxy_ssl_trusted_certificate /run/secrets/object-store-ca/ca.crt;
      {{- end }}
      proxy_hide_header Content-Security-Policy;
      proxy_hide_header Permissions-Policy;
      proxy_hide_header Referrer-Policy;
      proxy_hide_header Strict-Transport-Security;
      proxy_hide_header X-Content-Type-Options;
      proxy_hide_header X-Frame-Options;
      proxy_hide_header X-Request-ID;
      proxy_hide_header Access-Control-Allow-Credentials;
      proxy_hide_header Access-Control-Allow-Origin;
      proxy_hide_header Access-Control-Expose-Headers;
      proxy_hide_header Cache-Control;
      proxy_hide_header Server;
      proxy_hide_header Set-Cookie;
      proxy_hide_header X-Amz-Bucket-Region;
      proxy_hide_header X-Amz-Id-2;
      proxy_hide_header X-Amz-Request-Id;
      proxy_hide_header X-Amz-Server-Side-Encryption;
      proxy_hide_header X-Amz-Storage-Class;
      proxy_hide_header X-Amz-Version-Id;
      proxy_hide_header X-Minio-Error-Code;
      proxy_hide_header X-Minio-Error-Desc;
      proxy_hide_header X-Ratelimit-Limit;
      proxy_hide_header X-Ratelimit-Remaining;
      proxy_hide_header X-Xss-Protection;
    }
{{- end }}

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
    listen 8081;
    listen [::]:8081;
    set $kind api;
    set $limited_seconds "";
    add_header Access-Control-Allow-Origin $allowed_origin always;
    add_header Cache-Control $cache_control always;
    add_header Content-Security-Policy $content_security_policy always;
    add_header Permissions-Policy "{{ .Values.loadBalancer.securityHeaders.permissionsPolicy }}" always;
    add_header Referrer-Policy "{{ .Values.loadBalancer.securityHeaders.referrerPolicy }}" always;
    add_header Retry-After $retry_after always;
    add_header X-Content-Type-Options nosniff always;
    add_header X-Frame-Options "{{ .Values.loadBalancer.securityHeaders.frameOptions }}" always;
    add_header X-Request-ID $traced_request_id always;

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
    listen 8082;
    listen [::]:8082;
    access_log off;

    location = /take {
      js_content limits.answer;
    }
  }

  server {
    listen 9114;
    listen [::]:9114;
    access_log off;

    location = /metrics {
      js_content limits.metrics;
    }
  }

  # For the exporter in this pod.
  server {
    listen 127.0.0.1:8080;
    access_log off;

    location = /nginx_status {
      stub_status;
    }
  }
}
{{- end }}
