// Holds a store open for writing until standard input ends, and says when. Argument: its configuration.
import { openPatternStore } from '../../js/lib/index.js';

const config = JSON.parse(process.argv[2]);
const store = await openPatternStore({ ...config, fallback: false, configFile: false, env: {} });
process.stdout.write('open\n');
for await (const _ of process.stdin);
await store.shutdown();
