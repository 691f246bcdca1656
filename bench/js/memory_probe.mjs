// What this process holds once all garbage is gone.
import { setTimeout as sleep } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc');

/** The memories of the WebAssembly instances that are still referred to. */
const memories = new Set();

function watch(instance) {
  for (const it of Object.values(instance.exports))
    if (it instanceof WebAssembly.Memory) memories.add(new WeakRef(it));
}

const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...given) => {
  const result = await instantiate.apply(WebAssembly, given);
  watch(result.instance ?? result);
  return result;
};

function wasmBytes() {
  let bytes = 0;
  for (const ref of memories) {
    const memory = ref.deref();
    if (memory === undefined) memories.delete(ref);
    else bytes += memory.buffer.byteLength;
  }
  return bytes;
}

/** Bytes: resident, JavaScript's heap, what it holds outside of it, WebAssembly's memories. */
export async function measureMemory() {
  // Finalizers run between collections and free more.
  for (let i = 0; i < 3; ++i) {
    collectGarbage();
    await sleep(5);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed, external, wasm: wasmBytes() };
}
