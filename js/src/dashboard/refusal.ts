import { DamaskError, type ErrorCode } from '../errors.js';

/** A request that is refused: the status, and what the body says. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  INVALID_ARGUMENT: 400,
  READ_ONLY: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  INVALID_STATE: 409,
  LOCKED: 423,
  UNSUPPORTED: 501,
  OUT_OF_MEMORY: 503,
  DISPOSED: 503,
};

/** What the client is told of an error. Of one that is not damask's own, no more than that it was. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof DamaskError)
    return new Refusal(STATUS[error.code] ?? 500, error.code, error.message);
  return new Refusal(500, 'INTERNAL', 'the request failed; the server has said why where it runs');
}
