import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as promises from 'node:fs/promises';
import path from 'node:path';
import { DamaskError, NotFoundError } from '../errors.js';
import { Awake } from './awake.js';
import { allocate, checkContent } from './chunks.js';
import type { FileContent, LockHolder, StorageDriver, StorageLock } from './driver.js';
import { failingAs, nameTaken } from './failure.js';
import { lockDirectory } from './lock_directory.js';
import { thisMachine, type Machine } from './lock_machine.js';
import { checkStoreFile, isStoreFile, LOCK_FILE } from './names.js';

/** What is used of node:fs/promises and node:fs, so that tests can let it fail. */
export type DirectoryFiles = Pick<
  typeof promises,
  'link' | 'lstat' | 'mkdir' | 'open' | 'readdir' | 'realpath' | 'rename' | 'rmdir' | 'unlink'
> &
  Pick<typeof fs, 'fdatasync' | 'readdirSync' | 'writeSync'>;

const ASIDE = /^(.*)\.(tmp|stale)-[0-9a-f]{16}$/;
/** A file that is written aside and untouched for this long belongs to a writer that is dead. */
const ABANDONED_MS = 3_600_000;
/** Node reads at most 2 GiB - 1 at a time. */
const MAX_READ = 1 << 30;
/**
 * A frame of at most this much goes to the page cache at once, which takes some 10 us, where handing
 * it to a thread and back takes longer than that; only its sync must not keep the event loop.
 */
const WRITTEN_AT_ONCE = 256 << 10;

/**
 * Where a file has not room for what is added, so many zeros are written behind that: the next writes go
 * over them, which leaves the file's size and its place on the disk as they are, and are synced in half
 * the time.
 */
const AHEAD = 256 << 10;
/** For writes above this the zeros take longer than they save. */
const WITHOUT_ZEROS = 64 << 10;

/** How much of a new file is synced at a time. */
const SYNCED_AT = 1 << 20;

const nodeFiles: DirectoryFiles = {
  ...promises,
  fdatasync: fs.fdatasync,
  readdirSync: fs.readdirSync,
  writeSync: fs.writeSync,
};

export interface DirectoryOptions {
  /** Make and remove nothing: rejects with NotFoundError when there is no such directory. */
  readOnly?: boolean;
  /** Who locks the directory, and judges the locks of others. This process when absent. */
  machine?: Machine;
  /** How many zeros are written ahead in a file that is added to. {@link AHEAD} when absent. */
  ahead?: number;
}

/**
 * A directory of a POSIX file system, made when it is missing; its path may be a symbolic link, its
 * files may not. Rejects with a DamaskError `IO` that names the path.
 */
export async function openDirectory(
  directory: string,
  files: DirectoryFiles = nodeFiles,
  { readOnly = false, machine, ahead = AHEAD }: DirectoryOptions = {},
): Promise<StorageDriver> {
  const absolute = path.resolve(directory);
  return failingAs(`open the directory ${absolute}`, async () => {
    if (!readOnly) await makeDirectory(files, absolute);
    const real = await realPath(files, absolute, readOnly);
    const storage = new DirectoryStorage(files, real, machine, ahead);
    if (!readOnly) await storage.removeAbandoned();
    return storage;
  });
}

interface Appending {
  name: string;
  handle: promises.FileHandle;
  /** Bytes of the file, with the zeros at its end. */
  size: number;
  /** Bytes before these zeros; undefined until something was added. */
  used: number | undefined;
}

class DirectoryStorage implements StorageDriver {
  readonly name = 'directory';
  readonly #files: DirectoryFiles;
  readonly #path: string;
  readonly #machine: Machine | undefined;
  readonly #ahead: number;
  readonly #awake = new Awake();
  #appending: Appending | undefined;

  constructor(files: DirectoryFiles, path: string, machine: Machine | undefined, ahead: number) {
    this.#files = files;
    this.#path = path;
    this.#machine = machine;
    this.#ahead = ahead;
  }

  async lock(holder: LockHolder): Promise<StorageLock> {
    return lockDirectory(this.#files, this.#path, holder, this.#machine ?? (await thisMachine()));
  }

  async list(): Promise<string[]> {
    return failingAs(`list ${this.#path}`, async () => this.#names().filter(isStoreFile));
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const file = this.#fileOf(name);
    return failingAs(`read ${file}`, async () => {
      try {
        if (!(await this.#files.lstat(file)).isFile())
          throw new DamaskError('IO', `cannot read ${file}: it is a link or no file at all`);
        return await this.#readWhole(file);
      } catch (cause) {
        if (codeOf(cause) === 'ENOENT') return undefined;
        throw cause;
      }
    });
  }

  async create(name: string, content: FileContent): Promise<void> {
    const file = this.#fileOf(name);
    const aside = `${file}.tmp-${randomBytes(8).toString('hex')}`;
    await failingAs(`write ${file}`, async () => {
      try {
        checkContent(name, await this.#writeAside(aside, content));
        await this.#linkDurably(aside, file);
      } finally {
        // If this fails the file stays under a name that nobody reads, until it counts as abandoned.
        await this.#files.unlink(aside).catch(() => undefined);
      }
    });
  }

  async append(name: string, bytes: Uint8Array, at: number, onVisible: () => void): Promise<void> {
    const file = this.#fileOf(name);
    await failingAs(`append to ${file}`, async () => {
      const last = this.#appending;
      const appending = last?.name === name ? last : await this.#openToAppend(name, file);
      const { handle, size } = appending;
      const end = at + bytes.byteLength;
      const fits = end <= size || bytes.byteLength > WITHOUT_ZEROS;
      const content = fits ? bytes : withZeros(bytes, this.#ahead);
      try {
        await this.#write(handle, content, at);
        const synced = this.#sync(handle);
        onVisible();
        await this.#awake.during(synced);
      } catch (cause) {
        // After a failed sync the system may show bytes that it never writes: nobody may go on behind them.
        await cut(appending, at).catch(() => undefined);
        throw cause;
      }
      appending.size = Math.max(size, at + content.byteLength);
      appending.used = end;
    });
  }

  async retract(name: string, size: number): Promise<void> {
    const file = this.#fileOf(name);
    await failingAs(`take back what was appended to ${file}`, async () => {
      const appending = await this.#openToAppend(name, file);
      await cut(appending, size);
      await appending.handle.datasync();
    });
  }

  async settle(name: string): Promise<void> {
    const file = this.#fileOf(name);
    await failingAs(`sync ${file}`, async () => {
      await sync(this.#files, file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
      await sync(this.#files, this.#path);
    });
  }

  async remove(name: string): Promise<void> {
    const file = this.#fileOf(name);
    await failingAs(`remove ${file}`, async () => {
      try {
        await this.#files.unlink(file);
      } catch (cause) {
        if (codeOf(cause) !== 'ENOENT') throw cause;
      }
    });
  }

  async close(): Promise<void> {
    const appending = this.#appending;
    if (appending === undefined) return;
    this.#appending = undefined;
    await failingAs(`close ${appending.name}`, async () => {
      // Nobody has to write over what is left; where it stays, it is only space.
      if (appending.used !== undefined) await cut(appending, appending.used).catch(() => undefined);
      await appending.handle.close();
    });
  }

  /**
   * Removes what writers that died have left. Should one of them be alive after all, its `create`
   * rejects, as there is nothing to link, and nothing that is visible has changed. A directory that
   * may only be read opens all the same.
   */
  async removeAbandoned(): Promise<void> {
    const asides = this.#names().filter((name) => {
      const of = ASIDE.exec(name)?.[1] ?? '';
      return of === LOCK_FILE || isStoreFile(of);
    });
    await Promise.allSettled(
      asides.map(async (name) => {
        const file = path.join(this.#path, name);
        const { mtimeMs } = await this.#files.lstat(file);
        if (Date.now() - mtimeMs > ABANDONED_MS) await this.#files.unlink(file);
      }),
    );
  }

  /** A write looks twice at what is there: this takes 15 us, where going through a thread takes 50. */
  #names(): string[] {
    return this.#files.readdirSync(this.#path);
  }

  async #write(handle: promises.FileHandle, bytes: Uint8Array, at: number): Promise<void> {
    const atOnce = bytes.byteLength <= WRITTEN_AT_ONCE;
    for (let offset = 0; offset < bytes.byteLength;) {
      const length = bytes.byteLength - offset;
      offset += atOnce
        ? this.#files.writeSync(handle.fd, bytes, offset, length, at + offset)
        : (await handle.write(bytes, offset, length, at + offset)).bytesWritten;
    }
  }

  /** By callback, as a promise of node's own takes 10 us more. */
  #sync({ fd }: promises.FileHandle): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#files.fdatasync(fd, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** The file that was appended to last stays open. */
  async #openToAppend(name: string, file: string): Promise<Appending> {
    if (this.#appending?.name === name) return this.#appending;
    await this.close();
    const flags = fs.constants.O_WRONLY | fs.constants.O_NOFOLLOW;
    const handle = await this.#files.open(file, flags);
    try {
      this.#appending = { name, handle, size: (await handle.stat()).size, used: undefined };
      return this.#appending;
    } catch (cause) {
      await handle.close();
      throw cause;
    }
  }

  #fileOf(name: string): string {
    checkStoreFile(name);
    return path.join(this.#path, name);
  }

  async #readWhole(file: string): Promise<Uint8Array> {
    const handle = await this.#files.open(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
    try {
      const { size } = await handle.stat();
      const bytes = allocate(file, size);
      for (let offset = 0; offset < size;) {
        const length = Math.min(size - offset, MAX_READ);
        const { bytesRead } = await handle.read(bytes, offset, length, offset);
        // A journal's writer has cut off what it took back, or the zeros behind it.
        if (bytesRead === 0) return bytes.subarray(0, offset);
        offset += bytesRead;
      }
      return bytes;
    } finally {
      await handle.close();
    }
  }

  /**
   * Gives the number of bytes. They are synced as they come: what is appended to a journal meanwhile
   * would else wait at its own sync for all of them.
   */
  async #writeAside(aside: string, content: FileContent): Promise<number> {
    const handle = await this.#files.open(aside, 'wx');
    try {
      let bytes = 0;
      let unsynced = 0;
      for await (const chunk of content) {
        for (let offset = 0; offset < chunk.byteLength;)
          offset += (await handle.write(chunk, offset, chunk.byteLength - offset)).bytesWritten;
        bytes += chunk.byteLength;
        unsynced += chunk.byteLength;
        if (unsynced < SYNCED_AT) continue;
        await handle.datasync();
        unsynced = 0;
      }
      await handle.sync();
      return bytes;
    } finally {
      await handle.close();
    }
  }

  /** link(2) makes the whole file visible at once, and fails when the name is taken. */
  async #linkDurably(aside: string, file: string): Promise<void> {
    try {
      await this.#files.link(aside, file);
    } catch (cause) {
      if (codeOf(cause) === 'EEXIST') throw nameTaken(path.basename(file), this.#path, { cause });
      throw cause;
    }
    try {
      await sync(this.#files, this.#path);
    } catch (cause) {
      await this.#files.unlink(file);
      throw cause;
    }
  }
}

function withZeros(bytes: Uint8Array, zeros: number): Uint8Array {
  const content = new Uint8Array(bytes.byteLength + zeros);
  content.set(bytes);
  return content;
}

async function cut(appending: Appending, size: number): Promise<void> {
  await appending.handle.truncate(size);
  appending.size = size;
}

async function realPath(
  files: DirectoryFiles,
  directory: string,
  mayBeMissing: boolean,
): Promise<string> {
  try {
    return await files.realpath(directory);
  } catch (cause) {
    if (!mayBeMissing || codeOf(cause) !== 'ENOENT') throw cause;
    throw new NotFoundError(`there is no directory ${directory}`);
  }
}

/** mkdir -p. */
async function makeDirectory(files: DirectoryFiles, directory: string): Promise<void> {
  const parent = path.dirname(directory);
  try {
    await makeOne(files, directory);
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT' || parent === directory) throw cause;
    await makeDirectory(files, parent);
    await makeOne(files, directory);
  }
}

/** A new directory is durable once its parent is. */
async function makeOne(files: DirectoryFiles, directory: string): Promise<void> {
  try {
    await files.mkdir(directory);
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return;
    throw cause;
  }
  try {
    await sync(files, path.dirname(directory));
  } catch (cause) {
    await files.rmdir(directory);
    throw cause;
  }
}

/** Of a file or a directory. */
async function sync(
  files: DirectoryFiles,
  file: string,
  flags: number = fs.constants.O_RDONLY,
): Promise<void> {
  const handle = await files.open(file, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function codeOf(cause: unknown): string | undefined {
  return (cause as NodeJS.ErrnoException).code;
}
