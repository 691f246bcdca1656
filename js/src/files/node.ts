import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Files } from './shape.js';

export const files: Files = { toUrl: pathToFileURL, read: readFile };
