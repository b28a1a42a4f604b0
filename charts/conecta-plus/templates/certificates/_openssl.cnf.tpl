{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.certificates.openssl.cnf" -}}
# NAME and HOSTS come from the environment.
[req]
prompt = no
distinguished_name = name

[name]
CN = $ENV::NAME

[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash

[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $ENV::HOSTS
{{- end }}
