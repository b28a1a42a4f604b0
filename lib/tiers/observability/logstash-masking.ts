/**
 * What must not be kept is masked in the line as it came, before anything is read from it: so it is in no field, and in
 * none of the lines that cannot be read either.
 */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { type ListInput, each } from '../../values/tree';

export const MASK = '[masked]';

/** An object or a list in JSON, with others in it up to two deep. */
const NESTED = String.raw`\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|\[(?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*\]`;
/** A value in JSON. A text that was cut off has no end; of what is nested deeper, all that follows goes. */
const JSON_VALUE = String.raw`"(?:[^"\\]|\\.)*(?:"|\z)|${NESTED}|[{\[][\s\S]*|[^\s",{}\[\]]+`;
/** A value within one of JSON's texts: what is quoted has its quotes escaped. */
const EMBEDDED_VALUE = String.raw`\\"(?:[^"\\]|\\[^"])*\\"|\x27[^\x27"\\]*\x27|(?:Bearer|Basic) [^\s"\x27\\,;&]+|[^\s"\x27\\,;&)}\]]+`;
/** A value in any other line. */
const PLAIN_VALUE = String.raw`"[^"]*(?:"|\z)|\x27[^\x27]*(?:\x27|\z)|(?:Bearer|Basic) \S+|[^\s"\x27,;&)}\]]+`;

/**
 * Masks the values of all fields whose names end in one of these, in JSON at any depth and as `name=value` or
 * `name: value` in texts; and passwords in URLs.
 */
export function masking(fields: ListInput<string>): Text {
  return text`
    if [message] =~ /\A\s*\{/ {
      ${each(
        fields,
        (field) => text`
          mutate {
            gsub => [
              "message", '(?i)("[\w.-]*${field}"\s*:\s*)(?:${JSON_VALUE})', '\1"${MASK}"',
              "message", '(?i)([\w.-]*${field}(?:\\"|\x27)?\s*[=:]\s*)(?:${EMBEDDED_VALUE})', '\1${MASK}'
            ]
          }
        `,
      )}
    } else {
      ${each(
        fields,
        (field) => text`
          mutate {
            gsub => [
              "message", '(?i)([\w.-]*${field}["\x27]?\s*[=:]\s*)(?:${PLAIN_VALUE})', '\1${MASK}'
            ]
          }
        `,
      )}
    }
    mutate {
      gsub => [
        "message", '(://[^/\s:@"\x27]*:)[^@\s/"\x27]+@', '\1${MASK}@'
      ]
    }
  `;
}

/**
 * What PostgreSQL says of rows, whose values are data: of keys that are taken or missing, and of rows that a constraint
 * refuses; and passwords in statements.
 */
export const postgresMasking: Text = text`
  mutate {
    gsub => [
      "message", '(Key \(.*?\)=)\(.*\)( already exists| is not present| is still referenced| conflicts with)', '\1(${MASK})\2',
      "message", '(conflicts with existing key \(.*?\)=)\(.*\)', '\1(${MASK})',
      "message", '(Failing row contains )\([\s\S]*\)', '\1(${MASK})',
      "message", '(?i)(\bPASSWORD\s+)E?\x27(?:[^\x27]|\x27\x27)*(?:\x27|\z)', '\1${MASK}'
    ]
  }
`;

/** What nginx says of requests in its error log: query strings, and the last part of clients' addresses. */
export const nginxMasking: Text = text`
  mutate {
    gsub => [
      "message", '((?:request|upstream|referrer): "[^?"]*)\?[^ "]*', '\1?${MASK}',
      "message", '(client: \d+\.\d+\.\d+)\.\d+', '\1.0',
      "message", '(client: [0-9a-f]+:[0-9a-f]+:[0-9a-f]+):[0-9a-f:]+', '\1::'
    ]
  }
`;
