// Keeps a store in a directory: keep.mjs NAME BACKEND DIRECTORY
import * as damask from 'damask';
import { keep } from './storage.mjs';

const [name, preferredBackend, storagePath] = process.argv.slice(2);
const config = { preferredBackend, storagePath, env: {}, configFile: false };
console.log(JSON.stringify(await keep(damask, name, config)));
