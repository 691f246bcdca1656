// The subpaths of the package, in both module systems.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { version } = require('damask/package.json');
const named = (names) => names.map((it) => `damask${it}`);
const [main, native, wasm, simd, scalar] = named([
  '',
  '/native',
  '/wasm',
  '/wasm/simd',
  '/wasm/scalar',
]);
const imported = (name) => import(name);
const required = async (name) => require(name);

for (const load of [imported, required]) {
  const { DamaskError } = await load(main);
  const engines = [
    await (await load(native)).loadNative(),
    await (await load(simd)).loadWasm(),
    await (await load(scalar)).loadWasm(),
    await (
      await load(wasm)
    ).loadDamask({
      source: require.resolve('damask/wasm/simd/damask.wasm'),
      target: 'simd',
    }),
  ];
  for (const engine of engines) {
    assert.equal(engine.info().version, version);
    // One class of errors, whichever entry they come through.
    assert.throws(() => engine.createStore({ dimension: 0 }), DamaskError);
    const store = engine.createStore({ dimension: 2 });
    store.upsert({ id: 'a', type: '', domain: '', content: '' }, [3, 4]);
    assert.equal(store.search([3, 4]).hits[0].id, 'a');
    store.dispose();
  }
}
console.log('[]');
