import damask = require('damask');
import served = require('damask/dashboard');
import wasm = require('damask/wasm/scalar');

async function main(): Promise<void> {
  const store: damask.IPatternStore = await damask.openPatternStore({ dimension: 2 });
  await (await served.startDashboard(store)).close();
  const snapshot: Uint8Array = await store.snapshot();
  await damask.fromSnapshot(snapshot);
  const engine = await wasm.loadWasm();
  const set: string = engine.info().instructionSet;
  void set;
}
void main();
