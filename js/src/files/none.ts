import { UnsupportedError } from '../errors.js';
import type { Files } from './shape.js';

function refuse(path: string): never {
  throw new UnsupportedError(`this runtime has no files: ${path} must be a URL or bytes`);
}

export const files: Files = { toUrl: refuse, read: (url) => refuse(url.href) };
