/// <reference lib="esnext.disposable" preserve="true" />

/** Makes `await using` shut a store down, where the runtime has `Symbol.asyncDispose`. */
export function disposeAsync(type: { prototype: { shutdown(): Promise<void> } }): void {
  if ((Symbol as { asyncDispose?: symbol }).asyncDispose === undefined) return;
  Object.defineProperty(type.prototype, Symbol.asyncDispose, {
    value: function (this: { shutdown(): Promise<void> }) {
      return this.shutdown();
    },
  });
}
