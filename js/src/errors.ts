/** What went wrong, in terms a program can act on. */
export type ErrorCode =
  /** A value the caller passed has the wrong type or is outside its documented limits. */
  | 'INVALID_ARGUMENT'
  /** The store is in the middle of something that must be ended first. */
  | 'INVALID_STATE'
  /** An allocation failed; the store is unchanged or holds a dead slot. */
  | 'OUT_OF_MEMORY'
  /** The bytes do not begin with a damask header. */
  | 'NOT_A_SNAPSHOT'
  /** The bytes end before the header says they do. */
  | 'SNAPSHOT_TRUNCATED'
  /** A checksum, bound or invariant of the snapshot does not hold. */
  | 'SNAPSHOT_CORRUPT'
  /** Written by a newer format version than this build reads. */
  | 'SNAPSHOT_TOO_NEW'
  /** A checksum, bound or invariant of a journal does not hold. */
  | 'JOURNAL_CORRUPT'
  /** The journal does not continue this store. */
  | 'JOURNAL_MISMATCH'
  /** This build or machine lacks what was asked for. */
  | 'UNSUPPORTED'
  /** A file or URL could not be read or written. */
  | 'IO'
  /** There is no pattern of that id. */
  | 'NOT_FOUND'
  /** Another writer has changed the stored files since they were read. */
  | 'CONFLICT'
  /** Another writer has the store. */
  | 'LOCKED'
  /** The store was opened for reading alone. */
  | 'READ_ONLY'
  /** An invariant of damask itself does not hold: a bug, please report it. */
  | 'INTERNAL'
  /** The store was disposed of before the call. */
  | 'DISPOSED'
  /** The engine could not be loaded, or gave a wrong answer when it was tried. */
  | 'LOAD_FAILED';

/** Every error that damask throws. `code` is for programs, `message` is one sentence for people. */
export class DamaskError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DamaskError';
    this.code = code;
  }
}

/** A value the caller passed is refused: `INVALID_ARGUMENT`. */
export class InvalidArgumentError extends DamaskError {
  constructor(message: string) {
    super('INVALID_ARGUMENT', message);
    this.name = 'InvalidArgumentError';
  }
}

/** The store is in the middle of something that must be ended first: `INVALID_STATE`. */
export class InvalidStateError extends DamaskError {
  constructor(message: string) {
    super('INVALID_STATE', message);
    this.name = 'InvalidStateError';
  }
}

/** The codes of a {@link SnapshotError}. */
export type SnapshotErrorCode =
  'NOT_A_SNAPSHOT' | 'SNAPSHOT_TRUNCATED' | 'SNAPSHOT_CORRUPT' | 'SNAPSHOT_TOO_NEW';

/** The bytes are not a snapshot that this build can open. */
export class SnapshotError extends DamaskError {
  constructor(code: SnapshotErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'SnapshotError';
  }
}

/** The bytes are not a journal that can be replayed on this store. */
export class JournalError extends DamaskError {
  constructor(code: 'JOURNAL_CORRUPT' | 'JOURNAL_MISMATCH', message: string) {
    super(code, message);
    this.name = 'JournalError';
  }
}

/** Memory is exhausted: `OUT_OF_MEMORY`. The engine and its stores stay usable. */
export class OutOfMemoryError extends DamaskError {
  constructor(message: string, options?: ErrorOptions) {
    super('OUT_OF_MEMORY', message, options);
    this.name = 'OutOfMemoryError';
  }
}

/** This build or machine lacks what was asked for: `UNSUPPORTED`. */
export class UnsupportedError extends DamaskError {
  constructor(message: string, options?: ErrorOptions) {
    super('UNSUPPORTED', message, options);
    this.name = 'UnsupportedError';
  }
}

/** A method of a store was called after `dispose()`: `DISPOSED`. */
export class DisposedError extends DamaskError {
  constructor(message: string) {
    super('DISPOSED', message);
    this.name = 'DisposedError';
  }
}

/** There is no pattern of that id: `NOT_FOUND`. */
export class NotFoundError extends DamaskError {
  constructor(message: string) {
    super('NOT_FOUND', message);
    this.name = 'NotFoundError';
  }
}

/** Another writer has changed the stored files since they were read: `CONFLICT`. */
export class ConflictError extends DamaskError {
  constructor(message: string, options?: ErrorOptions) {
    super('CONFLICT', message, options);
    this.name = 'ConflictError';
  }
}

/** Another writer has the store, which the message names: `LOCKED`. */
export class LockedError extends DamaskError {
  constructor(message: string, options?: ErrorOptions) {
    super('LOCKED', message, options);
    this.name = 'LockedError';
  }
}

/** The store was opened with `readOnly: true`: `READ_ONLY`. */
export class ReadOnlyError extends DamaskError {
  constructor(message: string) {
    super('READ_ONLY', message);
    this.name = 'ReadOnlyError';
  }
}

/** The engine could not be loaded: `LOAD_FAILED`. `cause` says why, where something threw. */
export class LoadError extends DamaskError {
  constructor(message: string, options?: ErrorOptions) {
    super('LOAD_FAILED', message, options);
    this.name = 'LoadError';
  }
}

/** The error of a code, as the core or a worker names it. */
export function errorFor(code: string, message: string): DamaskError {
  switch (code) {
    case 'INVALID_ARGUMENT':
      return new InvalidArgumentError(message);
    case 'INVALID_STATE':
      return new InvalidStateError(message);
    case 'OUT_OF_MEMORY':
      return new OutOfMemoryError(message);
    case 'NOT_A_SNAPSHOT':
    case 'SNAPSHOT_TRUNCATED':
    case 'SNAPSHOT_CORRUPT':
    case 'SNAPSHOT_TOO_NEW':
      return new SnapshotError(code, message);
    case 'JOURNAL_CORRUPT':
    case 'JOURNAL_MISMATCH':
      return new JournalError(code, message);
    case 'UNSUPPORTED':
      return new UnsupportedError(message);
    case 'NOT_FOUND':
      return new NotFoundError(message);
    case 'CONFLICT':
      return new ConflictError(message);
    case 'LOCKED':
      return new LockedError(message);
    case 'READ_ONLY':
      return new ReadOnlyError(message);
    case 'DISPOSED':
      return new DisposedError(message);
    case 'LOAD_FAILED':
      return new LoadError(message);
    case 'IO':
    case 'INTERNAL':
      return new DamaskError(code, message);
    default:
      return new DamaskError(
        'INTERNAL',
        `the core gave the unknown error code "${code}": ${message}`,
      );
  }
}
