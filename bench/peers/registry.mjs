// The peers, in the order in which they are measured and listed. Each module's default export is an
// adapter or a list of adapters:
//   name      of the peer, as --only takes it
//   package   of npm, whose version is told; or version(): Promise<string>
//   install   what its installation does that may fail, to follow "which"
//   runs      as 'native' code, 'wasm' or 'javascript'
//   variants  [{ name, ... }]: settings of the build, one row each
//   knob      { name, values }: what trades recall for time; absent: there is one point. A variant may
//             have its own
//   note      what a reader should know: the metric, the vectors' form, that search is exact
//   open({ dimension, count, directory, variant })     an index without vectors
//   reopen({ the same })                               absent where nothing is kept
// and of an index:
//   build(base)    stores every row of `base` under its number, by the fastest way that is offered
//   set(value)     sets the knob
//   query(vector)  a query in the form that the peer takes: made before the clock runs
//   search(query, k)   the peer's own result; awaited
//   rowsOf(result)     its rows, best first: made after the clock has stopped
//   save()         keeps the index in `directory`
//   close()

const FILES = [
  ...['damask', 'hnswlib_node', 'hnswlib_wasm', 'usearch', 'vectorlite', 'faiss_node', 'ruvector'],
  ...['agentdb', 'edgevec', 'voy_search', 'sqlite_vec', 'lancedb', 'zvec', 'orama'],
];

/** The adapters of a registry: a module with a list of adapter modules' addresses, or this one. */
export async function peersOf(registry = import.meta.url) {
  const { MODULES } = await import(registry);
  const modules = await Promise.all(MODULES.map((url) => import(url)));
  return modules.flatMap((module) => module.default);
}

export async function peerNamed(registry, name) {
  return (await peersOf(registry)).find((peer) => peer.name === name);
}

export const MODULES = FILES.map((name) => new URL(`./adapters/${name}.mjs`, import.meta.url).href);

export const knobOf = (adapter, variant) => variant.knob ?? adapter.knob;
