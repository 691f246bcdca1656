// In Node, Deno and Bun: process.mjs SETTINGS, which name the files; prints what was found as JSON.
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import * as damask from '../../js/dist/node.js';
import { measure } from './program.mjs';

const settings = JSON.parse(process.argv[2]);
const [snapshot, queries] = await Promise.all(
  [settings.snapshot, settings.queries].map((it) => readFile(it)),
);
const floats = new Float32Array(Uint8Array.from(queries).buffer);
console.log(JSON.stringify(await measure(damask, new Uint8Array(snapshot), floats, settings)));
