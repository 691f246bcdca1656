// Requests as a test words them: fetch would not let it choose Host and Origin.
import { request } from 'node:http';
import { TOKEN } from './dashboard_support.mjs';

export const bearer = { authorization: `Bearer ${TOKEN}` };

/** Sends a request; an object as its body goes as JSON. Resolves with what came back. */
export function ask(url, path, { method = 'GET', headers = {}, body } = {}) {
  const { hostname, port } = new URL(url);
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  const type = text === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: hostname.replace(/[[\]]/g, ''),
        port,
        path,
        method,
        headers: { ...type, ...headers },
      },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.once('end', () => {
          const raw = Buffer.concat(chunks).toString();
          const json = response.headers['content-type']?.startsWith('application/json');
          const { statusCode: status, headers: answered } = response;
          resolve({ status, headers: answered, raw, body: json ? JSON.parse(raw) : undefined });
        });
        response.once('error', reject);
      },
    );
    asked.once('error', reject);
    asked.end(text);
  });
}

/** The events of a stream, one after another; ends with the test. */
export async function follow(t, url, headers = {}) {
  const ended = new AbortController();
  t.after(() => ended.abort());
  const response = await fetch(`${url}events`, { headers, signal: ended.signal });
  const lines = readEvents(response.body);
  return {
    response,
    next: async () => (await lines.next()).value,
  };
}

async function* readEvents(body) {
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = text
        .slice(0, end)
        .split('\n')
        .map((line) => [
          line.slice(0, line.indexOf(':')),
          line.slice(line.indexOf(':') + 1).trim(),
        ]);
      text = text.slice(end + 2);
      const { event, data } = Object.fromEntries(fields);
      if (event) yield { event, data: JSON.parse(data) };
    }
  }
}
