// What the package's exports lead to: the files of dist/, and the modules of lib/ that they are made
// of.

const wasmEntries = (platform) => ({
  [`${platform}-wasm`]: 'lib/wasm.js',
  [`${platform}-wasm-simd`]: 'lib/wasm_simd.js',
  [`${platform}-wasm-scalar`]: 'lib/wasm_scalar.js',
});

const esm = [['es', 'js']];

/** One bundle per kind of runtime, with the conditions that choose its modules. */
export const BUNDLES = [
  {
    platform: 'node',
    conditions: ['node', 'import'],
    formats: [...esm, ['cjs', 'cjs']],
    entries: {
      node: 'lib/index.js',
      native: 'lib/native.js',
      dashboard: 'lib/dashboard/index.js',
      ...wasmEntries('node'),
    },
  },
  {
    platform: 'cli',
    conditions: ['node', 'import'],
    formats: esm,
    entries: { cli: 'lib/dashboard/cli/main.js' },
    // The command uses the package as others do.
    beside: { 'lib/index.js': './node.js', 'lib/dashboard/index.js': './dashboard.js' },
  },
  {
    platform: 'web',
    conditions: ['browser', 'import'],
    formats: esm,
    entries: { web: 'lib/index.js', worker: 'lib/worker.js', ...wasmEntries('web') },
  },
  {
    platform: 'workerd',
    conditions: ['workerd', 'import'],
    formats: esm,
    entries: { workerd: 'lib/index.js', ...wasmEntries('workerd') },
  },
];

/** The declarations, the same on every platform. */
export const TYPES = {
  index: 'lib/index.d.ts',
  native: 'lib/native.d.ts',
  dashboard: 'lib/dashboard/index.d.ts',
  wasm: 'lib/wasm.d.ts',
  'wasm-simd': 'lib/wasm_simd.d.ts',
  'wasm-scalar': 'lib/wasm_scalar.d.ts',
};
