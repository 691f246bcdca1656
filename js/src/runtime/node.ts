import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { DamaskError, UnsupportedError } from '../errors.js';
import { loadNative } from '../native/loader.js';
import { openDirectory } from '../storage/directory.js';
import type { ConfigFile, Runtime } from './shape.js';
import { loadWasmEngine } from './wasm_engine.js';

const CONFIG_FILE = 'damask.config.json';
const MAX_CONFIG_BYTES = 65536;

/** Node, and those that run what is written for it: Deno and Bun. */
export const runtime: Runtime = {
  name: 'Deno' in globalThis ? 'deno' : 'Bun' in globalThis ? 'bun' : 'node',
  version: process.versions.deno ?? process.versions.bun ?? process.versions.node,
  backends: ['native', 'wasm-simd', 'wasm-scalar'],
  loadEngine(backend, config) {
    switch (backend) {
      case 'native':
        return loadNative(config.nativePath === undefined ? {} : { path: config.nativePath });
      case 'wasm-simd':
        return loadWasmEngine('simd', config);
      case 'wasm-scalar':
        return loadWasmEngine('scalar', config);
    }
  },
  environment: () => process.env,
  readConfigFile,
  openStorage: (path, options) => openDirectory(path, undefined, options),
  warn: (message, code) => {
    process.emitWarning(message, { type: 'DamaskWarning', code });
  },
  startWorker() {
    throw new UnsupportedError(
      'worker: true runs the engine in a Web Worker, which browsers have: ' +
        'here, open the store inside a worker thread instead',
    );
  },
};

/** As much as anybody has to configure; a device or a pipe is no such file. */
async function readText(file: string): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Error('it is no file');
    const bytes = new Uint8Array(MAX_CONFIG_BYTES + 1);
    const { bytesRead } = await handle.read(bytes, 0, bytes.byteLength, 0);
    if (bytesRead > MAX_CONFIG_BYTES) throw new Error(`it has more than ${MAX_CONFIG_BYTES} bytes`);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

async function readConfigFile(named: string | undefined): Promise<ConfigFile | undefined> {
  const file = path.resolve(named ?? CONFIG_FILE);
  try {
    return { path: file, text: await readText(file) };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' && named === undefined) return undefined;
    throw new DamaskError('IO', `the configuration file ${file} could not be read: ${message}`, {
      cause,
    });
  }
}
