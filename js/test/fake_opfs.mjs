// The origin private file system and Web Locks, as far as damask uses them, in memory: a file exists
// from getFileHandle({ create: true }) on, and gets its bytes when its writable is closed.
function missing(name) {
  return new DOMException(`no entry ${name}`, 'NotFoundError');
}

class FakeFileHandle {
  constructor(directory, name) {
    Object.assign(this, { directory, name });
  }

  async getFile() {
    if (!this.directory.files.has(this.name)) throw missing(this.name);
    return this.directory.files.get(this.name);
  }

  async createWritable() {
    await this.directory.fail('createWritable');
    const parts = [];
    const { directory, name } = this;
    return {
      async write(bytes) {
        await directory.fail('write');
        parts.push(bytes.slice());
      },
      async close() {
        await directory.fail('close');
        if (!directory.files.has(name)) throw missing(name);
        directory.files.set(name, new Blob(parts));
      },
      async abort() {
        parts.length = 0;
      },
    };
  }
}

/** As a dedicated worker has it. */
class FakeWorkerFileHandle extends FakeFileHandle {
  async createSyncAccessHandle() {
    await this.directory.fail('createSyncAccessHandle');
    const { directory, name } = this;
    if (directory.open.has(name)) throw new DOMException(name, 'NoModificationAllowedError');
    directory.open.add(name);
    let bytes = new Uint8Array(await directory.files.get(name).arrayBuffer());
    const resize = (size) => {
      const before = bytes;
      bytes = new Uint8Array(size);
      bytes.set(before.subarray(0, size));
    };
    return {
      getSize: () => bytes.byteLength,
      write(given, { at }) {
        directory.failNow('write');
        // Half of it at a time, as it may.
        const part = given.subarray(0, Math.ceil(given.byteLength / 2));
        resize(Math.max(bytes.byteLength, at + part.byteLength));
        bytes.set(part, at);
        return part.byteLength;
      },
      truncate: resize,
      flush: () => directory.failNow('flush'),
      close() {
        directory.files.set(name, new Blob([bytes]));
        directory.open.delete(name);
      },
    };
  }
}

class FakeDirectory {
  open = new Set();
  files = new Map();
  directories = new Map();
  fail = async () => undefined;
  failNow = () => undefined;

  constructor(name, FileHandle) {
    this.name = name;
    this.FileHandle = FileHandle;
  }

  async getDirectoryHandle(name, { create = false } = {}) {
    if (!this.directories.has(name)) {
      if (!create) throw missing(name);
      this.directories.set(name, new FakeDirectory(name, this.FileHandle));
    }
    return this.directories.get(name);
  }

  async getFileHandle(name, { create = false } = {}) {
    if (!this.files.has(name)) {
      if (!create) throw missing(name);
      await this.fail('getFileHandle');
      this.files.set(name, new Blob([]));
    }
    return new this.FileHandle(this, name);
  }

  async removeEntry(name) {
    if (!this.files.delete(name)) throw missing(name);
  }

  async *keys() {
    yield* this.files.keys();
  }

  names() {
    return [...this.files.keys()];
  }

  put(name, text) {
    this.files.set(name, new Blob([text]));
  }
}

class FakeLocks {
  #last = new Map();
  #held = new Set();

  request(name, ...given) {
    const work = given.pop();
    const [{ ifAvailable = false } = {}] = given;
    if (ifAvailable && this.#held.has(name)) return Promise.resolve(work(null));
    if (ifAvailable) this.#held.add(name);
    const before = this.#last.get(name) ?? Promise.resolve();
    const done = before
      .then(() => {
        this.#held.add(name);
        return work({ name });
      })
      .finally(() => this.#held.delete(name));
    this.#last.set(
      name,
      done.catch(() => undefined),
    );
    return done;
  }

  async query() {
    return { held: [...this.#held].map((name) => ({ name })), pending: [] };
  }
}

/** A global scope; `stores` are the directories of damask's stores by name. */
export function fakeOpfs({ worker = false } = {}) {
  const FileSystemFileHandle = worker ? FakeWorkerFileHandle : FakeFileHandle;
  const root = new FakeDirectory('', FileSystemFileHandle);
  return {
    navigator: { storage: { getDirectory: async () => root }, locks: new FakeLocks() },
    FileSystemFileHandle,
    get stores() {
      return root.directories.get('damask')?.directories;
    },
  };
}
