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
