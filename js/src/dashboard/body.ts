import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.js';

/** The JSON object that a request carries. */
export async function readObject(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Record<string, unknown>> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'the content-type must be application/json');
  const text = await readText(request, maxBytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, 'BAD_JSON', `the body is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal(400, 'BAD_JSON', 'the body must be a JSON object');
  return value as Record<string, unknown>;
}

function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const refuseLong = (): void => {
      request.pause();
      // The rest is not read: the connection ends with the answer.
      const headers = { connection: 'close' };
      reject(
        new Refusal(413, 'BODY_TOO_LARGE', `the body must be at most ${maxBytes} bytes`, headers),
      );
    };
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      refuseLong();
      return;
    }
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) refuseLong();
      else chunks.push(chunk);
    });
    request.once('end', () => {
      try {
        resolve(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
      } catch {
        reject(new Refusal(400, 'BAD_JSON', 'the body is not UTF-8'));
      }
    });
    request.once('close', () => {
      reject(new Refusal(400, 'BAD_JSON', 'the body did not arrive whole'));
    });
  });
}
