/* What the builds of the engine leave under js/wasm: see toolchains/lib/pack.sh. */
declare module '*/damask.mjs' {
  const glue: import('./wasm/glue.js').GlueFactory;
  export default glue;
}
declare module '*/damask.wasm' {
  /** Compiled by the runtime (workerd). */
  const module: WebAssembly.Module;
  export default module;
}

/* Of prom-client, its metrics alone: what it measures of a process by itself is left out. */
declare module 'prom-client/lib/registry.js' {
  export { Registry as default } from 'prom-client';
}
declare module 'prom-client/lib/gauge.js' {
  export { Gauge as default } from 'prom-client';
}
declare module 'prom-client/lib/counter.js' {
  export { Counter as default } from 'prom-client';
}
declare module 'prom-client/lib/histogram.js' {
  export { Histogram as default } from 'prom-client';
}
