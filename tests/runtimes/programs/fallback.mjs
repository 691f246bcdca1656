// A program that asks for no backend in particular, and says what it got and was told.
import * as damask from 'damask';
import { setTimeout } from 'node:timers/promises';
import { report } from './report.mjs';

const warnings = [];
process.on('warning', ({ name, code, message }) => warnings.push({ name, code, message }));
const settings = { preferredBackend: 'auto', fallback: true };
const store = await damask.openPatternStore({ dimension: 1, ...settings });
await store.shutdown();
await setTimeout(0);
const told = [...warnings];
const rows = await report(damask, ['auto'], settings);
console.log(JSON.stringify(rows.map((row) => ({ ...row, warnings: told }))));
