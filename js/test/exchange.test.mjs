import assert from 'node:assert/strict';
import test from 'node:test';
import { NativeExchange } from '../lib/native/exchange.js';
import { WasmExchange } from '../lib/wasm/exchange.js';
import { load, pattern, refusal, targets } from './support.mjs';

const trapped = refusal('DamaskError', 'INTERNAL', 'trapped and can no longer be used');

test('after a trap nothing is called any more', () => {
  const module = { statusAddress: () => 0 };
  const exchange = new WasmExchange(module, new WebAssembly.Memory({ initial: 1 }));
  const cause = new WebAssembly.RuntimeError('unreachable');
  let calls = 0;
  const trap = () => {
    ++calls;
    throw cause;
  };
  assert.throws(
    () => exchange.call(trap),
    (error) => trapped(error) && error.cause === cause,
  );
  assert.throws(() => exchange.call(trap), trapped);
  assert.throws(() => exchange.make(trap), trapped);
  exchange.free(trap);
  assert.equal(calls, 1);
});

for (const target of targets)
  test(`${target}: a chunk that JavaScript cannot take ends the save, and the store lives on`, async (t) => {
    const engine = await load(target);
    const store = engine.createStore({ dimension: 1 });
    store.upsert(pattern('a'), [1]);
    const cause = new RangeError('Array buffer allocation failed');
    const { prototype } = target === 'native' ? NativeExchange : WasmExchange;
    let calls = 0;
    const receiver = t.mock.method(prototype, 'receiver', () => () => {
      ++calls;
      throw cause;
    });
    assert.throws(
      () => store.save(),
      (error) =>
        refusal('OutOfMemoryError', 'OUT_OF_MEMORY', 'a chunk')(error) && error.cause === cause,
    );
    assert.equal(calls, 1);
    receiver.mock.restore();
    assert.equal(engine.openStore(store.save()).get('a').content, 'content of a');
    store.dispose();
  });
