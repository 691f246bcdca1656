import { openPatternStore, simdSupported } from 'damask';
import { loadDamask } from 'damask/wasm';

async function show(): Promise<void> {
  const store = await openPatternStore({ storagePath: 'patterns', worker: true });
  const { type } = store.getImplementationInfo();
  document.title = simdSupported() ? type : 'scalar';
}
void show();
void loadDamask({ target: 'simd', source: new URL('/damask.wasm', location.href) });
