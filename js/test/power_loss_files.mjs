// A file system in memory, as openDirectory takes one, that keeps what was synced apart from what was
// not. power_loss_images.mjs makes of it what a power failure may leave.
import path from 'node:path';
import { constants } from 'node:fs';

const failure = (code, what) =>
  Object.assign(new Error(`${code}: ${what}`), { code, syscall: what });

/** A file: what is durable, and the changes since, in order, of which any part may be there. */
class File {
  static #count = 0;
  id = ++File.#count;
  version = 0;
  durable;
  pending = [];
  bytes;
  mtimeMs = Date.now();

  constructor(bytes = new Uint8Array(0)) {
    this.durable = bytes;
    this.bytes = bytes;
  }

  write(bytes, offset) {
    this.#change({ offset, bytes: bytes.slice() });
    const after = new Uint8Array(Math.max(this.bytes.length, offset + bytes.length));
    after.set(this.bytes);
    after.set(bytes, offset);
    this.bytes = after;
  }

  truncate(size) {
    this.#change({ size });
    this.bytes = this.bytes.slice(0, size);
  }

  /** After a sync that failed the system takes pages for clean that are not: none is written again. */
  failSync() {
    for (const change of this.pending) change.lost = true;
  }

  sync() {
    ++this.version;
    for (const change of this.pending) if (!change.lost) change.durable = true;
    if (this.pending.every(({ durable }) => durable)) {
      this.durable = this.bytes;
      this.pending = [];
    }
  }

  #change(change) {
    ++this.version;
    this.mtimeMs = Date.now();
    this.pending.push(change);
  }
}

/** A directory: its entries as they are, as they are durable, and the changes since. */
class Directory {
  entries = new Map();
  durable = new Map();
  pending = [];

  constructor(entries = new Map()) {
    this.entries = new Map(entries);
    this.durable = new Map(entries);
  }

  set(name, node) {
    if (node === undefined) this.entries.delete(name);
    else this.entries.set(name, node);
    this.pending.push({ name, node });
  }

  failSync() {
    for (const change of this.pending) change.lost = true;
  }

  sync() {
    const written = this.pending.filter(({ lost }) => !lost);
    for (const { name, node } of written) {
      if (node === undefined) this.durable.delete(name);
      else this.durable.set(name, node);
    }
    const settled = new Set(written.map(({ name }) => name));
    this.pending = this.pending.filter(({ name }) => !settled.has(name));
  }
}

export class PowerLossFiles {
  root;
  /** Called before and after each call, with its name. */
  onBoundary = () => undefined;
  /** Called before each call with its number, counted from 1. */
  onCall = () => undefined;
  calls = [];
  /**
   * Which call fails, counted from 1, how ('before' its work, 'after' it, or a 'short' write) and with
   * which code; with `lasting` also every later one that needs space.
   */
  fault = undefined;

  /** A process that was killed gets no further: its calls never end. */
  killed = false;

  /** Those on this machine since it was booted. */
  processes = [];

  constructor(image = new Map()) {
    this.root = new Directory(
      [...image].map(([name, files]) => [
        name,
        new Directory([...files].map(([file, bytes]) => [file, new File(bytes)])),
      ]),
    );
  }

  /** What another process sees. */
  ofAnotherProcess() {
    const files = new PowerLossFiles();
    files.root = this.root;
    files.processes = this.processes;
    files.boot = this.boot;
    return files;
  }

  static #boots = 0;
  boot = String(++PowerLossFiles.#boots);
  #pid;

  /** This process, as a lock names it. */
  get machine() {
    this.#pid ??= this.processes.push(this);
    const isAlive = async (pid) => this.processes[pid - 1]?.killed === false;
    return { pid: this.#pid, started: '1', boot: this.boot, host: 'a machine', isAlive };
  }

  realpath = (name) => this.#call('realpath', () => (this.#find(name), name));

  readdirSync = (name) => this.#callNow('readdirSync', () => [...this.#find(name).entries.keys()]);

  lstat = (name) =>
    this.#call('lstat', () => {
      const node = this.#find(name);
      return { isFile: () => node instanceof File, mtimeMs: node.mtimeMs ?? 0 };
    });

  mkdir = (name) => this.#grow('mkdir', () => this.#add(name, new Directory()));

  rmdir = (name) => this.#call('rmdir', () => this.#remove(name));

  unlink = (name) => this.#call('unlink', () => this.#remove(name));

  rename = (from, to) =>
    this.#call('rename', () => {
      const node = this.#find(from);
      this.#find(path.dirname(to)).set(path.basename(to), node);
      this.#remove(from);
    });

  link = (from, to) => this.#grow('link', () => this.#add(to, this.#find(from)));

  open = (name, flags = constants.O_RDONLY) =>
    flags === 'wx'
      ? this.#grow('open', () => this.#handle(this.#add(name, new File())))
      : this.#call('open', () => this.#handle(this.#find(name), flags));

  #open = [];

  writeSync = (fd, from, offset, length, position) =>
    this.#callNow(
      'writeSync',
      (share) => this.#open[fd].write(from, offset, length, position, share),
      {
        grows: true,
      },
    );

  fdatasync = (fd, done) => {
    this.#sync('datasync', this.#open[fd].node).then(() => done(null), done);
  };

  #handle(node, flags) {
    const writable = flags === undefined || (flags & constants.O_WRONLY) !== 0;
    const write = (from, offset, length, position = node.bytes.length, share = 1) => {
      if (!writable) throw failure('EBADF', 'write');
      const bytesWritten = Math.ceil(length * share);
      node.write(from.subarray(offset, offset + bytesWritten), position);
      return bytesWritten;
    };
    return {
      fd: this.#open.push({ write, node }) - 1,
      close: () => this.#call('close', () => undefined),
      stat: () => this.#call('stat', () => ({ size: node.bytes.length })),
      read: (into, offset, length, position) =>
        this.#call('read', () => {
          const bytes = node.bytes.subarray(position, position + length);
          into.set(bytes, offset);
          return { bytesRead: bytes.length };
        }),
      write: (from, offset, length, position) =>
        this.#grow('write', (share) => ({
          bytesWritten: write(from, offset, length, position, share),
        })),
      truncate: (size) => this.#call('truncate', () => node.truncate(size)),
      sync: () => this.#sync('sync', node),
      datasync: () => this.#sync('datasync', node),
    };
  }

  #sync(name, node) {
    return this.#grow(
      name,
      () => node.sync(),
      () => node.failSync(),
    );
  }

  #grow(name, work, fail) {
    return this.#call(name, work, { fail, grows: true });
  }

  async #call(name, work, how) {
    await new Promise((resolve) => setImmediate(resolve));
    this.#reach(name);
    if (this.killed) await new Promise(() => undefined);
    return this.#do(name, work, how);
  }

  /** A process that was killed cannot be kept from going on here, but does nothing after it. */
  #callNow(name, work, how) {
    this.#reach(name);
    if (this.killed) throw failure('EKILLED', name);
    return this.#do(name, work, how);
  }

  #reach(name) {
    this.onCall(this.calls.push(name));
  }

  #do(name, work, { fail, grows = false } = {}) {
    const call = this.calls.length;
    this.onBoundary(name);
    const { at, how, code, lasting } = this.fault ?? {};
    const fails = call === at || (lasting && grows && call > at);
    try {
      if (fails && how === 'short' && name.startsWith('write')) {
        // The rest of it fails, as on a disk that has become full.
        this.fault = { at: call + 1, how: 'before', code, lasting };
        return work(0.5);
      }
      if (fails && how === 'after') work();
      if (fails) {
        fail?.();
        throw failure(code, name);
      }
      return work();
    } finally {
      this.onBoundary(name);
    }
  }

  #find(name) {
    let node = this.root;
    for (const part of name.split('/').filter(Boolean)) {
      node = node.entries?.get(part);
      if (node === undefined) throw failure('ENOENT', name);
    }
    return node;
  }

  #add(name, node) {
    const parent = this.#find(path.dirname(name));
    if (parent.entries.has(path.basename(name))) throw failure('EEXIST', name);
    parent.set(path.basename(name), node);
    return node;
  }

  #remove(name) {
    this.#find(name);
    this.#find(path.dirname(name)).set(path.basename(name), undefined);
  }
}
