export const MODULES = [new URL('./fake_peers.mjs', import.meta.url).href];
