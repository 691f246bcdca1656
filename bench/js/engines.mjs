// The package's three backends as the checkout has them, each by itself.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

const inPackage = (name) => fileURLToPath(new URL(`../../js/${name}`, import.meta.url));

const FILES = {
  native: inPackage(`prebuilds/${process.platform}-${process.arch}/damask.node`),
  'wasm-simd': inPackage('wasm/simd/damask.wasm'),
  'wasm-scalar': inPackage('wasm/scalar/damask.wasm'),
};
export const BACKENDS = Object.keys(FILES);

/** A configuration that this backend serves or none; files and environment have no say. */
export function only(backend) {
  return {
    preferredBackend: backend,
    fallback: false,
    configFile: false,
    env: {},
  };
}

/** What tells one build of an engine from another. */
export async function engineHash(backend) {
  return createHash('sha256')
    .update(await readFile(FILES[backend]))
    .digest('hex');
}

/** What a reader needs to judge figures by. */
export function describeHost() {
  const cpus = os.cpus();
  return {
    processor: cpus[0]?.model ?? 'unknown',
    cores: cpus.length,
    system: `${os.type()} ${os.release()} ${os.machine()}`,
    node: process.version,
  };
}

/** Splits an option's "a,b" and checks each. */
export function backendList(text) {
  const names = text.split(',');
  for (const name of names)
    if (!BACKENDS.includes(name))
      throw new Error(`--backends: ${name} is none of ${BACKENDS.join(', ')}`);
  return names;
}

/** The value of an option as a whole number in [least, most]. */
export function wholeNumber(option, text, least, most = Number.MAX_SAFE_INTEGER) {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new Error(`--${option} must be a whole number in [${least}, ${most}], not ${text}`);
  return value;
}
