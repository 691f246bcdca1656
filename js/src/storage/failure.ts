import { ConflictError, DamaskError } from '../errors.js';

/** `cannot <what>: <what the system said>`. */
export function ioError(what: string, cause: unknown): DamaskError {
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new DamaskError('IO', `cannot ${what}: ${reason.replace(/^Error: /, '')}`, { cause });
}

/** What `work` gives; what it throws becomes an IO error, unless it is one of damask's already. */
export async function failingAs<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof DamaskError ? cause : ioError(what, cause);
  }
}

export function nameTaken(name: string, place: string, options?: ErrorOptions): ConflictError {
  return new ConflictError(`${name} is in ${place} already`, options);
}
