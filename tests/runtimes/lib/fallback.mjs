// The same program, from the same tarball, on machines that lack something: it must run, say what it
// fell back to and why, and give the same results.
import { cp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inFreshFolder } from './scratch.mjs';
import { runJson } from './processes.mjs';

const ADDONS = 'node_modules/damask/prebuilds';
/** Without SSE 4.1 V8 has no WebAssembly SIMD. */
const WITHOUT_SIMD = ['--no-enable-sse4-1'];

const removeAddons = (app) => rm(path.join(app, ADDONS), { recursive: true });
const spoilAddon = (app) =>
  writeFile(path.join(app, ADDONS, `linux-${process.arch}/damask.node`), 'no addon');

const SCENES = [
  { name: 'as packed', runsOn: 'native' },
  { name: 'native removed', change: removeAddons, runsOn: 'wasm-simd', passedOver: ['native'] },
  { name: 'native damaged', change: spoilAddon, runsOn: 'wasm-simd', passedOver: ['native'] },
  {
    name: 'addons forbidden',
    options: ['--no-addons'],
    runsOn: 'wasm-simd',
    passedOver: ['native'],
  },
  { name: 'SIMD disabled', options: WITHOUT_SIMD, runsOn: 'native' },
  {
    name: 'native removed, SIMD disabled',
    change: removeAddons,
    options: WITHOUT_SIMD,
    runsOn: 'wasm-scalar',
    passedOver: ['native', 'wasm-simd'],
  },
];

/** What is wrong with what the program was told, in words. */
function complaint({ info, warnings }, wanted) {
  const passedOver = info.passedOver.map((it) => it.backend);
  if (String(passedOver) !== String(wanted)) return `passed over ${passedOver}, not ${wanted}`;
  if (warnings.length !== (wanted.length > 0 ? 1 : 0)) return `${warnings.length} warnings`;
  const [{ message, name } = { message: '' }] = warnings;
  if (wanted.length > 0 && name !== 'DamaskWarning') return `the warning is a ${name}`;
  for (const said of [info.type, ...info.passedOver.map((it) => it.reason)])
    if (wanted.length > 0 && !message.includes(said)) return `the warning does not say ${said}`;
  return undefined;
}

export async function fallback(app, table) {
  for (const { name, change, options = [], runsOn, passedOver = [] } of SCENES) {
    if (options === WITHOUT_SIMD && process.arch !== 'x64') {
      table.leaveOut(`fallback: ${name}`, 'V8 can only be denied SIMD on x86-64');
      continue;
    }
    await inFreshFolder(async (copy) => {
      await cp(app, copy, { recursive: true });
      await change?.(copy);
      const [row] = await runJson([process.execPath, ...options, 'fallback.mjs'], copy);
      table.add(`fallback: ${name}`, row, runsOn);
      const said = row.warnings[0]?.message.replaceAll(`${copy}/`, '') ?? 'nothing to say';
      table.addCheck(`fallback: ${name}`, row.info, complaint(row, passedOver), `said: ${said}`);
    });
  }
}
