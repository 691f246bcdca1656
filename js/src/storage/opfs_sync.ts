/** A file that only a dedicated worker can open; nobody else can write to it meanwhile. */
interface SyncAccessHandle {
  getSize(): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

const OPEN = 'createSyncAccessHandle';

/** Whether files can be added to here: `prototype` is that of FileSystemFileHandle. */
export function hasSyncAccess(prototype: object | undefined): boolean {
  return OPEN in (prototype ?? {});
}

/** Adds to a file, and flushes it. What fails is cut off again. */
export async function appendSync(
  file: FileSystemFileHandle,
  bytes: Uint8Array,
  at: number,
): Promise<void> {
  await withAccess(file, (access) => {
    try {
      for (let done = 0; done < bytes.byteLength;)
        done += access.write(bytes.subarray(done), { at: at + done });
      access.flush();
    } catch (cause) {
      access.truncate(at);
      throw cause;
    }
  });
}

/** Cuts a file off, and flushes it. */
export async function retractSync(file: FileSystemFileHandle, size: number): Promise<void> {
  await withAccess(file, (access) => {
    access.truncate(size);
    access.flush();
  });
}

export async function flushSync(file: FileSystemFileHandle): Promise<void> {
  await withAccess(file, (access) => {
    access.flush();
  });
}

/** Closed after each use, so that others can read and remove the file in between. */
async function withAccess(
  file: FileSystemFileHandle,
  work: (access: SyncAccessHandle) => void,
): Promise<void> {
  const opening = file as unknown as Record<typeof OPEN, () => Promise<SyncAccessHandle>>;
  const access = await opening[OPEN]();
  try {
    work(access);
  } finally {
    access.close();
  }
}
