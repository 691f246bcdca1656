import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import process from 'node:process';
import type { WrittenLock } from './lock_text.js';

/** This process, and what it can tell of others: what a lock file is judged by. */
export interface Machine {
  readonly pid: number;
  /** '' where it is not known, as in a Deno that may not read /proc. */
  readonly started: string;
  readonly boot: string;
  readonly host: string;
  /** Whether a process of that number, started then, lives; undefined when that cannot be told. */
  isAlive(pid: number, started: string): Promise<boolean | undefined>;
}

/** What became of a lock's holder. */
export type Verdict = 'alive' | 'dead' | 'elsewhere' | 'unknown';

export async function thisMachine(): Promise<Machine> {
  return {
    pid: process.pid,
    started: (await statOf('self'))?.started ?? '',
    boot: (await textOf('/proc/sys/kernel/random/boot_id')) ?? '',
    host: await hostOf(),
    isAlive,
  };
}

/** A lock is its holder's for as long as that process lives, which only its own machine can tell. */
export async function judge(lock: WrittenLock, machine: Machine): Promise<Verdict> {
  if (lock.host !== machine.host) return 'elsewhere';
  if (lock.boot !== '' && machine.boot !== '' && lock.boot !== machine.boot) return 'dead';
  const alive = await machine.isAlive(lock.pid, lock.started);
  return alive === undefined ? 'unknown' : alive ? 'alive' : 'dead';
}

async function isAlive(pid: number, started: string): Promise<boolean | undefined> {
  const exists = signalReaches(pid);
  if (exists === false) return false;
  const stat = await statOf(String(pid));
  if (stat === undefined) return exists;
  // The number may be another process's by now; and one that has ended may wait to be asked how.
  if (started !== '' && stat.started !== started) return false;
  return stat.state !== 'Z' && stat.state !== 'X';
}

/** Whether a signal would find a process; undefined where the runtime does not let us ask. */
function signalReaches(pid: number): boolean | undefined {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ESRCH') return false;
    return code === 'EPERM' ? true : undefined;
  }
}

/** Fields 3 and 22 of /proc/<pid>/stat; the second is in parentheses and may hold anything. */
async function statOf(pid: string): Promise<{ state: string; started: string } | undefined> {
  const text = await textOf(`/proc/${pid}/stat`);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields?.[0], fields?.[19]];
  if (state === undefined || started === undefined || !/^\d+$/.test(started)) return undefined;
  return { state, started };
}

/** The name that the system goes by; Deno tells it only to whoever may ask. */
async function hostOf(): Promise<string> {
  try {
    return hostname();
  } catch {
    return (await textOf('/etc/hostname')) ?? '';
  }
}

/** Undefined where there is no such file, or where the runtime does not let us read it. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    return undefined;
  }
}
