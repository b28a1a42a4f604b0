/** How a script of a Job asks the API server for Secrets. */
import { text } from '../../values/text';

/**
 * `request OPTION… "$url/NAME"` in POSIX sh, of a namespace's Secrets, and `refuse MESSAGE`, after which the script ends
 * in `exit "$failed"`. It uses `cat` and `curl`.
 *
 * @param folder in memory, for the token as curl wants it
 */
export const secretsApi = (folder: string) => text`
  account=/var/run/secrets/kubernetes.io/serviceaccount
  namespace=$(cat "$account/namespace")
  url=https://kubernetes.default.svc/api/v1/namespaces/$namespace/secrets
  failed=0
  line_break='
  '

  # Token and values go through files and pipes: arguments are for all to read.
  printf 'Authorization: Bearer %s\n' "$(cat "$account/token")" > ${folder}/headers

  # Prints the answer, then the status on a line of its own.
  request() {
    curl --silent --show-error --retry 10 --retry-all-errors --max-time 30 --cacert "$account/ca.crt" \
      --header @${folder}/headers --write-out '\n%{http_code}' "$@"
  }
  refuse() { echo "$*" >&2; failed=1; }
`;
