/** Leaves of a schema in the forms that values take, each with the pattern that says what is allowed. */
import { z } from 'zod';
import { BYTES_PATTERN, CPU_PATTERN } from './quantity';

const PLAIN = { plain: true };

/** A name as Kubernetes has them: a DNS label. */
export const dnsLabel = () => z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/).meta(PLAIN);
/** A host name. */
export const hostname = () => z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/).meta(PLAIN);
/** Names of objects: a DNS subdomain. */
export const objectName = () => z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/).meta(PLAIN);
/** A CPU quantity: `2` or `250m`. */
export const cpu = () => z.string().regex(CPU_PATTERN).meta(PLAIN);
/** A quantity of bytes: `512Mi`. */
export const byteSize = () => z.string().regex(BYTES_PATTERN).meta(PLAIN);
/** An IPv4 network, such as `10.0.0.0/8`. */
export const cidr = () => z.string().regex(/^([0-9]{1,3}\.){3}[0-9]{1,3}\/[0-9]{1,2}$/).meta(PLAIN);
/** An identifier of SQL that needs no quotes. */
export const sqlName = () => z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/).meta(PLAIN);
/** Part of an image reference. */
export const imagePart = () => z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._/:-]*[A-Za-z0-9])?$/).meta(PLAIN);
/** One line of text. */
export const line = () => z.string().regex(/^[^\n\r]*$/);
/** One line of text that is not empty. */
export const word = () => z.string().regex(/^[^\n\r]+$/);
/** A port number. */
export const port = () => z.int().min(1).max(65535);
/** A percentage. */
export const percent = () => z.int().min(1).max(100);
