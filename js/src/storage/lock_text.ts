import { LockedError } from '../errors.js';
import { LOCK_FILE } from './names.js';

/** What a lock file says: one line of JSON, the same from every writer in every language. */
export interface WrittenLock {
  pid: number;
  /** When the process was started, as /proc/<pid>/stat has it; '' where that is not known. */
  started: string;
  /** The boot of the machine; '' where that is not known. */
  boot: string;
  host: string;
  runtime: string;
  /** ISO 8601. */
  since: string;
  /** 32 hex digits, which tell this lock from every other. */
  token: string;
}

export const MAX_LOCK_BYTES = 4096;

/** Linux gives numbers below 2^22; 0 and negative ones would mean whole groups of processes. */
const MAX_PID = 2 ** 31 - 1;
/** People are shown what a lock says. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const FORMS = {
  started: /^\d{0,20}$/,
  boot: /^[0-9a-f-]{0,64}$/,
  token: /^[0-9a-f]{32}$/,
} as const;
const LONGEST = { host: 255, runtime: 256, since: 64 } as const;

/** The content of a lock file. */
export function encodeLock(lock: WrittenLock): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(lock)}\n`);
}

/** What a lock file says. Throws LockedError, naming it, for what no writer of damask leaves. */
export function decodeLock(bytes: Uint8Array, file: string): WrittenLock {
  if (bytes.byteLength > MAX_LOCK_BYTES) throw malformed(file, `beyond ${MAX_LOCK_BYTES} bytes`);
  let said: unknown;
  try {
    said = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw malformed(file, 'no JSON', { cause });
  }
  if (typeof said !== 'object' || said === null || Array.isArray(said))
    throw malformed(file, 'no JSON object');
  const fields = said as Readonly<Record<string, unknown>>;
  const text = (field: keyof typeof FORMS | keyof typeof LONGEST): string => {
    const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (typeof value !== 'string' || !isFit(field, value)) throw malformed(file, `${field} is bad`);
    return value;
  };
  const pid = Object.hasOwn(fields, 'pid') ? fields.pid : undefined;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1 || pid > MAX_PID)
    throw malformed(file, 'pid is bad');
  return {
    pid,
    started: text('started'),
    boot: text('boot'),
    host: text('host'),
    runtime: text('runtime'),
    since: text('since'),
    token: text('token'),
  };
}

/** What keeps a text on one line of a bounded length. */
export function toLine(text: string, field: keyof typeof LONGEST): string {
  return text.replace(UNPRINTABLE, '').slice(0, LONGEST[field]);
}

function isFit(field: keyof typeof FORMS | keyof typeof LONGEST, value: string): boolean {
  return field in FORMS
    ? FORMS[field as keyof typeof FORMS].test(value)
    : value === toLine(value, field as keyof typeof LONGEST);
}

function malformed(file: string, why: string, options?: ErrorOptions): LockedError {
  return new LockedError(
    `${file} is not what a writer leaves (${why}). When no writer has the store, remove ${LOCK_FILE}: ` +
      'damask unlock DIR --force does',
    options,
  );
}
