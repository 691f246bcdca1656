/**
 * Where a store is kept: whole files under flat names, in one directory, database or bucket. A store
 * written through one driver opens through any other that sees the same files. Every failure is a
 * DamaskError `IO` that names the file and says what the system said. What each driver guarantees
 * beyond this, docs/storage.md says.
 */
export interface StorageDriver {
  /** What kind this is, for people: 'directory', 'opfs', 'indexeddb', 'memory', 'object'. */
  readonly name: string;
  /** The names of all files of the store, in any order. What does not belong to a store is not listed. */
  list(): Promise<string[]>;
  /** The whole file, or undefined when there is none of that name. */
  read(name: string): Promise<Uint8Array | undefined>;
  /**
   * Makes a file of these chunks, of at least one byte together, which are read once and in order. When it resolves the file is there
   * whole, as durable as this storage can make it; when it rejects, or the process dies, there is
   * none. Throws ConflictError when the name is taken, so that of two writers one learns of the other.
   */
  create(name: string, chunks: FileContent): Promise<void>;
  /**
   * Adds bytes to a file that this driver has made, at `at`, where what was written before ends. Zeros
   * may lie behind them: space that was made ahead, as writing over it takes half the time. When it
   * resolves they are as durable as this storage can make them; when it rejects, or the process dies,
   * any part of them may be there. `onVisible` is called once they can be read by others, durable or
   * not. Absent where storage cannot do it: each write is then a file of its own.
   */
  append?(name: string, bytes: Uint8Array, at: number, onVisible: () => void): Promise<void>;
  /** Makes a file that `append` has added to end at `size`, for good; there where `append` is. */
  retract?(name: string, size: number): Promise<void>;
  /**
   * Makes durable what `read` gives of a file that a session before has added to, which may have died
   * before it was. Absent where all that can be read is durable.
   */
  settle?(name: string): Promise<void>;
  /** Removes a file; nothing when there is none. */
  remove(name: string): Promise<void>;
  /**
   * Keeps every other writer out until it is released, or until the process (the page) ends: rejects
   * with LockedError, which names the holder, while another has it. Released after `close`. Absent
   * where storage has nothing to do it with: a second writer then learns of the first when it writes.
   */
  lock?(holder: LockHolder): Promise<StorageLock>;
  /** Gives back what the driver holds open. */
  close(): Promise<void>;
}

/** What a lock says of its holder besides what the driver knows itself. */
export interface LockHolder {
  /** The runtime and the engine, for people: 'node 20.20.2 (native)'. */
  runtime: string;
}

/** A lock that is held. */
export interface StorageLock {
  release(): Promise<void>;
}

/** A file's bytes, in chunks that are the driver's to keep. */
export type FileContent = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
