import { readFile } from 'node:fs/promises';
import { DamaskError } from '../errors.js';
import { PAGE_URL } from '../page_files.js';

/** A file of the page, with what it is sent as. */
export interface PageFile {
  type: string;
  bytes: Uint8Array;
}

const FILES: Readonly<Record<string, readonly [name: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
};

/** Nothing from elsewhere, nothing inline, in no frame. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Reads the page's files, by the paths that they are served under. */
export async function readPage(): Promise<Map<string, PageFile>> {
  const files = Object.entries(FILES).map(async ([path, [name, type]]) => {
    const url = new URL(name, PAGE_URL);
    try {
      return [path, { type, bytes: await readFile(url) }] as const;
    } catch (cause) {
      throw new DamaskError('IO', `the dashboard's page could not be read: ${url.pathname}`, {
        cause,
      });
    }
  });
  return new Map(await Promise.all(files));
}
