// In workerd: answers a request with the rows of all backends that it can have.
import * as damask from 'damask';
import { report } from './report.mjs';

export default {
  async fetch(request) {
    const backends = new URL(request.url).searchParams.getAll('backend');
    return Response.json(await report(damask, backends));
  },
};
