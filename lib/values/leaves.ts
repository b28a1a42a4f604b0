/** Leaves of a schema in the forms that values take: the pattern says what is allowed, the form says it in words. */
import { z } from 'zod';
import { CPU_PATTERN } from './quantity';

/** A text of letters, digits and `. _ / : -`, with a letter, digit or `_` first and last. */
const plain = (pattern: RegExp, form: string) => z.string().regex(pattern).meta({ plain: true, form });
const text = (pattern: RegExp, form: string) => z.string().regex(pattern).meta({ form });

/** Of a name in DNS, and of most objects: up to 63 of a-z, 0-9 and `-`. */
export const dnsLabel = () => plain(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a DNS label, such as shop-1');
/** Part of a name that others are made of: up to 16 of a-z, 0-9 and `-`. */
export const shortName = () =>
  plain(/^[a-z0-9]([a-z0-9-]{0,14}[a-z0-9])?$/, 'up to 16 of a-z, 0-9 and -, such as models');
/** Of a model: a folder, a part of URLs and of metrics' names. */
export const modelName = () =>
  plain(/^[a-z]([a-z0-9_-]{0,38}[a-z0-9])?$/, 'up to 40 of a-z, 0-9, _ and -, a letter first, such as half_plus_two');
/** In hexadecimal digits. */
export const sha256 = () => plain(/^[0-9a-f]{64}$/, 'a SHA-256: 64 hexadecimal digits');
/** With a dot at least; no port and no path. */
export const hostname = () =>
  plain(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/, 'a host name, such as shop.example.com');
/** Without a display name. */
export const emailAddress = () =>
  text(/^[A-Za-z0-9._+-]+@[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'an e-mail address, such as oncall@example.com');
/** Of an object of Kubernetes: up to 253 of a-z, 0-9, `.` and `-`. */
export const objectName = () =>
  plain(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'the name of an object, such as shop-tls');
/** Cores, or thousandths of one. */
export const cpu = () => plain(CPU_PATTERN, 'cores or thousandths of one, such as 2 or 250m').max(6);
/** Of memory and what is computed with: small enough that a hundredfold is still exact in float64. */
export const byteSize = () => plain(/^[1-9][0-9]{0,3}(Ki|Mi|Gi)$/, 'up to 9999 with Ki, Mi or Gi, such as 512Mi');
/** Of what one request carries. */
export const requestSize = () => plain(/^[1-9][0-9]{0,3}(Ki|Mi)$/, 'up to 9999 with Ki or Mi, such as 10Mi');
/** Of a volume. */
export const storageSize = () =>
  plain(/^[1-9][0-9]{0,3}(Ki|Mi|Gi|Ti)$/, 'up to 9999 with Ki, Mi, Gi or Ti, such as 20Gi');
/** An IPv4 network by its address and the bits of its prefix. */
export const cidr = () => plain(/^([0-9]{1,3}\.){3}[0-9]{1,3}\/[0-9]{1,2}$/, 'an IPv4 network, such as 10.0.0.0/8');
/** An http(s) URL without a path. */
export const httpUrl = () =>
  plain(
    /^https?:\/\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?$/,
    'a URL without a path, such as https://s3.example.com',
  );
/** An http(s) URL. */
export const webUrl = () =>
  plain(
    /^https?:\/\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?(\/[A-Za-z0-9._-]+)*$/,
    'a URL, such as https://example.com/runbooks',
  );
/** Of a request, without a slash at its end. */
export const urlPath = () => plain(/^(\/[A-Za-z0-9._-]+)+$/, 'a path, such as /api/v1/health');
/** Of S3: 3 to 63 of a-z, 0-9, `.` and `-`. */
export const bucketName = () =>
  plain(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket, such as shop-backup');
/** A folder of a bucket. */
export const folder = () =>
  plain(/^[A-Za-z0-9_]([A-Za-z0-9._/-]*[A-Za-z0-9_])?$/, 'a folder, such as shop or backup/shop');
/** When a CronJob starts. */
export const schedule = () =>
  text(
    /^[0-9*,/-]+ [0-9*,/-]+ [0-9*,/-]+ [0-9A-Za-z*,/-]+ [0-9A-Za-z*,/-]+$/,
    'five fields of cron: minute, hour, day, month, weekday, such as 0 2 * * *',
  );
/** By its name in the IANA's database, such as Europe/Berlin. */
export const timeZone = () =>
  plain(/^[A-Z][A-Za-z0-9_+-]*[A-Za-z0-9](\/[A-Za-z0-9_+-]*[A-Za-z0-9])*$/, 'a time zone of the IANA, such as Etc/UTC');
/** Of a role or database: up to 63 of a-z, 0-9 and `_`. */
export const sqlName = () =>
  plain(/^[a-z_][a-z0-9_]{0,62}$/, 'a lower-case SQL name that needs no quotes, such as shop');
/** A registry, repository or tag. */
export const imagePart = () =>
  plain(/^[A-Za-z0-9]([A-Za-z0-9._/:-]*[A-Za-z0-9])?$/, 'part of an image reference, such as library/redis');
/** Of an image, as its registry says it. */
export const imageDigest = () => plain(/^sha256:[0-9a-f]{64}$/, 'a digest: sha256: and 64 hexadecimal digits');
/** Of HTTP, as HTTP/2 has it: in lower case. */
export const headerName = () =>
  plain(/^[a-z]([a-z0-9-]{0,62}[a-z0-9])?$/, 'the name of a header in lower case, such as x-client-id');
/** The key of a label or annotation. */
export const labelKey = () =>
  text(/^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$/, 'the key of a label or annotation, such as example.com/team');
/** Of an environment variable. */
export const envName = () => text(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable, such as LOG_LEVEL');
/** In a container; without a colon. */
export const absolutePath = () => text(/^\/[^\n\r:]+$/, 'an absolute path, such as /etc/extra');
/** Text of one line, or none. */
export const line = () => text(/^[^\n\r]*$/, 'one line of text');
/** Text of one line, at least a character. */
export const word = () => text(/^[^\n\r]+$/, 'one line of text that is not empty');
/** Of TCP or UDP, 1 to 65535. */
export const port = () => z.int().min(1).max(65535);
/** From 1 to 100, whole. */
export const percent = () => z.int().min(1).max(100);
/** Whole seconds from 0, up to a day unless more or fewer are given. */
export const seconds = (most = 86_400) => z.int().min(0).max(most);
