/** Fires with whichever fires first, until it is released. */
export function either(
  first: AbortSignal,
  second: AbortSignal | undefined,
): { signal: AbortSignal; release: () => void } {
  const both = new AbortController();
  const fire = (event: Event): void => {
    both.abort((event.target as AbortSignal).reason);
  };
  const signals = second === undefined ? [first] : [first, second];
  for (const signal of signals) {
    if (signal.aborted) both.abort(signal.reason);
    signal.addEventListener('abort', fire);
  }
  return {
    signal: both.signal,
    release: () => {
      for (const signal of signals) signal.removeEventListener('abort', fire);
    },
  };
}
