/** Where the package keeps its native addons: <platform>-<arch>/damask.node. */
export const PREBUILDS_URL = new URL('../prebuilds/', import.meta.url);
