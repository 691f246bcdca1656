import type { WireModule } from '../wire/module.js';

/** The engine of one addon, as native/addon/module_object.hpp declares it. */
export interface AddonModule extends WireModule {
  /** Makes bytes the input of the next calls, without a copy; undefined takes them back. */
  lend(bytes: Uint8Array | undefined): void;
}

/** What damask.node exports. */
export interface Addon {
  Module: new (
    status: ArrayBuffer,
    allocate: (bytes: number) => ArrayBuffer | undefined,
  ) => AddonModule;
}
