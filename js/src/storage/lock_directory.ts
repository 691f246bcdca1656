import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import type * as nodeFiles from 'node:fs/promises';
import path from 'node:path';
import { DamaskError, LockedError } from '../errors.js';
import type { LockHolder, StorageLock } from './driver.js';
import { failingAs } from './failure.js';
import { judge, type Machine, type Verdict } from './lock_machine.js';
import { decodeLock, encodeLock, MAX_LOCK_BYTES, toLine, type WrittenLock } from './lock_text.js';
import { LOCK_FILE } from './names.js';

/** What is used of node:fs/promises. */
export type LockFiles = Pick<typeof nodeFiles, 'link' | 'lstat' | 'open' | 'rename' | 'unlink'>;

/** Each is lost only to another writer that takes the lock or gives it back in between. */
const ATTEMPTS = 16;

/**
 * Takes the lock of a directory: the file `writer.lock`, made exclusively, whose content says whose it
 * is. One that a dead process has left is taken away. Throws LockedError while another has it.
 */
export async function lockDirectory(
  files: LockFiles,
  directory: string,
  holder: LockHolder,
  machine: Machine,
): Promise<StorageLock> {
  const file = path.join(directory, LOCK_FILE);
  const { pid, started, boot, host } = machine;
  const mine: WrittenLock = {
    ...{ pid, started, boot, host: toLine(host, 'host') },
    runtime: toLine(holder.runtime, 'runtime'),
    since: new Date().toISOString(),
    token: randomBytes(16).toString('hex'),
  };
  return failingAs(`lock ${directory}`, async () => {
    for (let attempt = 0; attempt < ATTEMPTS; ++attempt) {
      if (await make(files, file, mine))
        return {
          release: () => failingAs(`unlock ${directory}`, () => release(files, file, mine)),
        };
      const found = await read(files, file);
      if (found === undefined) continue;
      const verdict = await judge(found, machine);
      if (verdict !== 'dead') throw held(directory, found, verdict, machine);
      await takeAway(files, file, found);
    }
    throw new LockedError(`${file} changed hands ${ATTEMPTS} times while it was asked for`);
  });
}

/**
 * Written aside and synced before it gets its name, so that not even a power failure leaves part of
 * one under it. False when there is one.
 */
async function make(files: LockFiles, file: string, mine: WrittenLock): Promise<boolean> {
  const aside = `${file}.tmp-${randomBytes(8).toString('hex')}`;
  const content = encodeLock(mine);
  const handle = await files.open(aside, 'wx');
  try {
    try {
      for (let offset = 0; offset < content.byteLength;)
        offset += (await handle.write(content, offset, content.byteLength - offset)).bytesWritten;
      await handle.sync();
    } finally {
      await handle.close();
    }
    await files.link(aside, file);
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    // It may be there for all that the system said.
    await release(files, file, mine).catch(() => undefined);
    throw cause;
  } finally {
    await files.unlink(aside).catch(() => undefined);
  }
}

/** Undefined when there is none. */
async function read(files: LockFiles, file: string): Promise<WrittenLock | undefined> {
  try {
    // Before it is opened: a pipe would keep us waiting.
    if (!(await files.lstat(file)).isFile())
      throw new DamaskError('IO', `cannot read ${file}: it is a link or no file at all`);
    const handle = await files.open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const bytes = new Uint8Array(MAX_LOCK_BYTES + 1);
      const { bytesRead } = await handle.read(bytes, 0, bytes.byteLength, 0);
      return decodeLock(bytes.subarray(0, bytesRead), file);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw cause;
  }
}

/**
 * Moves a dead writer's lock aside and removes it. What was moved may be another's, who came in
 * between: that one gets it back, unless the next is there already.
 */
async function takeAway(files: LockFiles, file: string, judged: WrittenLock): Promise<void> {
  const aside = `${file}.stale-${randomBytes(8).toString('hex')}`;
  try {
    await files.rename(file, aside);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return;
    throw cause;
  }
  try {
    if ((await read(files, aside))?.token !== judged.token) await files.link(aside, file);
  } catch (cause) {
    if (codeOf(cause) !== 'EEXIST') throw cause;
  } finally {
    await files.unlink(aside);
  }
}

async function release(files: LockFiles, file: string, mine: WrittenLock): Promise<void> {
  if ((await read(files, file))?.token === mine.token) await files.unlink(file);
}

function held(
  directory: string,
  { pid, host, runtime, since }: WrittenLock,
  verdict: Verdict,
  machine: Machine,
): LockedError {
  const who =
    verdict === 'alive' && pid === machine.pid ? `this process (${pid})` : `process ${pid}`;
  const untold = {
    alive: '',
    dead: '',
    elsewhere: ` If that host's process has ended, remove the lock: damask unlock ${directory} --force.`,
    unknown:
      ' This runtime may not look whether that process lives (Deno: --allow-all lets it). ' +
      `If it has ended, remove the lock: damask unlock ${directory}.`,
  }[verdict];
  return new LockedError(
    `the store in ${directory} has a writer: ${who} on host ${host}, ${runtime}, since ${since}. ` +
      `Let it shut its store down first, or open with readOnly: true.${untold}`,
  );
}

function codeOf(cause: unknown): string | undefined {
  return (cause as NodeJS.ErrnoException).code;
}
