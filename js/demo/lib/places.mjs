import { fileURLToPath } from 'node:url';

/** A path inside the checkout, from its root. */
export function inCheckout(relative) {
  return fileURLToPath(new URL(`../../../${relative}`, import.meta.url));
}

/** A failure that a person can act on: the driver prints its message without a stack. */
export class DemoError extends Error {
  name = 'DemoError';
}
