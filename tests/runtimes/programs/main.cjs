// As a CommonJS module: main.cjs BACKEND...
const damask = require('damask');

import('./report.mjs')
  .then(({ report }) => report(damask, process.argv.slice(2)))
  .then((rows) => console.log(JSON.stringify(rows)));
