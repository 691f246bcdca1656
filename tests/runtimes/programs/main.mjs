// As an ES module: main.mjs BACKEND...
import * as damask from 'damask';
import { report } from './report.mjs';

console.log(JSON.stringify(await report(damask, process.argv.slice(2))));
