// In workerd: answers a request with the rows of all backends that it can have.
import * as damask from 'damask';
import { report } from './report.mjs';
import { keep } from './storage.mjs';

/** As docs/storage.md has it. */
const bucketOf = (r2) => ({
  get: async (key) => (await r2.get(key))?.arrayBuffer(),
  put: (key, bytes) => r2.put(key, bytes),
  putIfAbsent: async (key, bytes) =>
    (await r2.put(key, bytes, { onlyIf: { etagDoesNotMatch: '*' } })) !== null,
  list: async (prefix) => (await r2.list({ prefix })).objects.map(({ key }) => key),
  delete: (key) => r2.delete(key),
});

export default {
  async fetch(request, { PATTERNS }) {
    const { pathname, searchParams } = new URL(request.url);
    const backends = searchParams.getAll('backend');
    if (pathname === '/kept') {
      const rows = [];
      for (const preferredBackend of backends) {
        const storage = damask.openObjectStore({ bucket: bucketOf(PATTERNS), prefix: 'store/' });
        rows.push(await keep(damask, preferredBackend, { preferredBackend, storage }));
      }
      return Response.json(rows);
    }
    return Response.json(await report(damask, backends));
  },
};
