import { DamaskError, type ErrorCode } from '../../index.js';

/** The exit codes of the native command, so that scripts need to know one list. */
export const EXIT = { ok: 0, notFound: 1, usage: 2, damaged: 4, io: 5, taken: 6, internal: 70 };

const EXITS: Readonly<Partial<Record<ErrorCode, number>>> = {
  INVALID_ARGUMENT: EXIT.usage,
  UNSUPPORTED: EXIT.usage,
  NOT_FOUND: EXIT.notFound,
  NOT_A_SNAPSHOT: EXIT.damaged,
  SNAPSHOT_TRUNCATED: EXIT.damaged,
  SNAPSHOT_CORRUPT: EXIT.damaged,
  SNAPSHOT_TOO_NEW: EXIT.damaged,
  JOURNAL_CORRUPT: EXIT.damaged,
  JOURNAL_MISMATCH: EXIT.damaged,
  IO: EXIT.io,
  OUT_OF_MEMORY: EXIT.io,
  LOAD_FAILED: EXIT.io,
  LOCKED: EXIT.taken,
  CONFLICT: EXIT.taken,
};

export function exitOf(error: unknown): number {
  return error instanceof DamaskError ? (EXITS[error.code] ?? EXIT.internal) : EXIT.internal;
}
