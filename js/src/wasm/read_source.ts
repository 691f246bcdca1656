import { files } from '#files';
import { DamaskError, InvalidArgumentError } from '../errors.js';

/** A string as a URL: as it is when it is one, otherwise as a file path (Node). */
export function toUrl(source: string | URL): URL {
  if (source instanceof URL) return source;
  // A scheme has two letters or more: "C:\damask.wasm" is a path.
  if (/^[a-z][a-z0-9+.-]+:/i.test(source)) return new URL(source);
  return files.toUrl(source);
}

/** The bytes behind a URL. Throws DamaskError `IO`. */
export async function readBytes(url: URL): Promise<ArrayBuffer | Uint8Array> {
  try {
    if (url.protocol === 'file:') return await files.read(url);
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status} ${response.statusText}`);
    return await response.arrayBuffer();
  } catch (cause) {
    throw new DamaskError('IO', `${url.href} could not be read: ${reason(cause)}`, { cause });
  }
}

/**
 * What was compiled from a URL object, of which the package has one for each of its modules: V8 keeps
 * some 3 KB of every compilation for good, and the first store of a process pays for all.
 */
const compiled = new WeakMap<URL, Promise<WebAssembly.Module>>();

/** Compiles what `LoadOptions.source` names; the same URL object once. */
export async function compile(
  source: URL | string | BufferSource | WebAssembly.Module,
): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source === 'string') return compileUrl(toUrl(source));
  if (source instanceof URL) return compileOnce(source);
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source))
    return WebAssembly.compile(source);
  throw new InvalidArgumentError(
    'source must be a URL, a string, bytes or a compiled WebAssembly.Module',
  );
}

function compileOnce(url: URL): Promise<WebAssembly.Module> {
  const known = compiled.get(url);
  if (known !== undefined) return known;
  const module = compileUrl(url);
  compiled.set(url, module);
  module.catch(() => compiled.delete(url));
  return module;
}

async function compileUrl(url: URL): Promise<WebAssembly.Module> {
  return WebAssembly.compile((await readBytes(url)) as BufferSource);
}

export function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
