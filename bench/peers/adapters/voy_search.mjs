import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const fileIn = (directory) => path.join(directory, 'voy.index');

/** The package is made for bundlers that import WebAssembly; here it is instantiated by hand. */
async function load() {
  const glue = await import('voy-search/voy_search_bg.js');
  const wasm = new URL('../node_modules/voy-search/voy_search_bg.wasm', import.meta.url);
  const imports = { './voy_search_bg.js': glue };
  const { instance } = await WebAssembly.instantiate(await readFile(wasm), imports);
  glue.__wbg_set_wasm(instance.exports);
  return glue.Voy;
}

let loaded;
const library = () => (loaded ??= load());

function indexOn(voy, directory) {
  return {
    build(base) {
      const embeddings = Array.from({ length: base.count }, (_, i) => ({
        ...{ id: String(i), title: '', url: '' },
        embeddings: Array.from(base.row(i)),
      }));
      voy.index({ embeddings });
    },
    query: (vector) => vector,
    search: (query, k) => voy.search(query, k),
    rowsOf: ({ neighbors }) => neighbors.map(({ id }) => Number(id)),
    save: () => writeFile(fileIn(directory), voy.serialize()),
    close: () => voy.free(),
  };
}

export default {
  name: 'voy-search',
  package: 'voy-search',
  runs: 'wasm',
  note: 'a k-d tree, built at once; no settings',
  variants: [{ name: 'k-d tree' }],
  async open({ directory }) {
    const Voy = await library();
    return indexOn(new Voy(), directory);
  },
  async reopen({ directory }) {
    const Voy = await library();
    return indexOn(Voy.deserialize(await readFile(fileIn(directory), 'utf8')), directory);
  },
};
