import { DamaskError, openPatternStore, type IPatternStore, type TestPattern } from 'damask';
import { startDashboard, type Dashboard } from 'damask/dashboard';
import { loadNative } from 'damask/native';
import { loadWasm } from 'damask/wasm/simd';

const pattern: TestPattern = { id: 'a', type: 't', domain: 'd', content: '', embedding: [1, 0] };
const store: IPatternStore = await openPatternStore({ dimension: 2, preferredBackend: 'native' });
try {
  await store.storePattern(pattern);
  const [hit] = await store.searchSimilar(new Float32Array([1, 0]), { k: 1 });
  const score: number | undefined = hit?.score;
  // @ts-expect-error: k is a number
  await store.searchSimilar([1, 0], { k: '1' });
  void score;
} catch (error) {
  if (error instanceof DamaskError && error.code === 'DISPOSED') throw error;
}
for (const engine of [await loadNative(), await loadWasm()]) engine.createStore().dispose();
const dashboard: Dashboard = await startDashboard(store, { port: 0 });
await dashboard.close();
// @ts-expect-error: port is a number
await startDashboard(store, { port: '0' });
