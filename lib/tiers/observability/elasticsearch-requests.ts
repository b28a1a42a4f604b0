/** How the scripts of Jobs ask Elasticsearch and Kibana. */
import type { Volume } from 'kubernetes-types/core/v1';
import type { Text, Tree } from '../../values/parts';
import { text } from '../../values/text';

/** Folders of a Job's container: passwords by their keys, `ca.crt`, and a place for secrets of its own. */
export const PASSWORDS = '/run/secrets/elasticsearch';
export const AUTHORITY = '/run/secrets/elasticsearch-tls';
export const RUN = '/run/requests';

/** For the password as curl wants it, in memory. */
export const runVolume: Tree<Volume> = { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } };

/**
 * The beginning of a script in POSIX sh, which asks `$URL` as the user elastic. It uses `cat`, `curl`, `date` and `sed`.
 * Passwords go through files and pipes: arguments are for all to read.
 */
export function askWithCurl(authority?: string): Text {
  return text`
    set -eu
    umask 077
    line_break='
    '
    say() { echo "$(date -u +%T) $*"; }
    fail() { say "$*" >&2; exit 1; }
    # secret KEY: a password, as JSON and curl quote it.
    secret() {
      value=$(cat "${PASSWORDS}/$1")
      case $value in *[[:cntrl:]]*) fail "$1 holds a line break or another control character" ;; esac
      [ \${#value} -ge 6 ] || fail "$1 has \${#value} characters, and Elasticsearch takes 6 or more"
      printf '%s' "$value" | sed 's/["\\]/\\&/g'
    }
    password=$(secret elastic-password)
    printf 'user = "elastic:%s"\n' "$password" > ${RUN}/curl
    ${authority === undefined ? undefined : text`printf 'cacert = "${authority}"\n' >> ${RUN}/curl`}

    # request METHOD PATH OPTION…: prints the answer, then its status on a line of its own.
    request() {
      method=$1 path=$2
      shift 2
      curl --silent --show-error --max-time 120 --config ${RUN}/curl --request "$method" \
        --write-out '\n%{http_code}' "$@" "$URL/$path"
    }
    status() { echo "\${1##*"$line_break"}"; }
  `;
}
