import { transferHandlers, type TransferHandler } from 'comlink';
import { DamaskError, errorFor } from '../errors.js';

interface Thrown {
  value: unknown;
}
interface SentError {
  damask: { code: string; message: string; stack: string | undefined };
}

/** Lets damask's errors cross between a page and its worker with their class and code. */
export function transferErrors(): void {
  const plain = transferHandlers.get('throw') as TransferHandler<Thrown, unknown>;
  const typed: TransferHandler<Thrown, unknown> = {
    canHandle: (value): value is Thrown => plain.canHandle(value),
    serialize(thrown) {
      const { value } = thrown;
      if (!(value instanceof DamaskError)) return plain.serialize(thrown);
      const { code, message, stack } = value;
      return [{ damask: { code, message, stack } } satisfies SentError, []];
    },
    deserialize(sent) {
      if (!isSentError(sent)) return plain.deserialize(sent);
      const { code, message, stack } = sent.damask;
      const error = errorFor(code, message);
      if (stack !== undefined) error.stack = stack;
      throw error;
    },
  };
  transferHandlers.set('throw', typed);
}

function isSentError(sent: unknown): sent is SentError {
  return typeof sent === 'object' && sent !== null && 'damask' in sent;
}
