import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { Refusal } from './refusal.js';

/*
 * Who may ask. A page of another site cannot: it has no token, its Origin is another, and the name that
 * it was loaded under is none of ours, even when that name was made to point here.
 */

/** What a server guards, and by what. */
export interface Guarded {
  token: string;
  /** The host that it listens on, as the caller wrote it. */
  host: string;
  /** Whether only this machine can reach it. */
  loopback: boolean;
  allowedHosts: readonly string[];
}

/** 'page': its own files, for all. 'read': how the store is, for all on this machine. 'token': what it holds,
 * and every change. */
export type Access = 'page' | 'read' | 'token';

/** Whether this is an address, and one that only this machine can reach. */
export function isLoopback(address: string): boolean {
  return isIP(address) !== 0 && (/^(::ffff:)?127\./.test(address) || address === '::1');
}

/** Refuses a request that this server is not for, or that may not have what it asks for. */
export function check(request: IncomingMessage, access: Access, guarded: Guarded): void {
  const { host, origin, authorization } = request.headers;
  if (host === undefined || !isOurs(host, guarded))
    throw new Refusal(421, 'WRONG_HOST', 'this server does not answer under that name');
  if (origin !== undefined && originHost(origin) !== host.toLowerCase())
    throw new Refusal(403, 'WRONG_ORIGIN', 'pages of other origins may not ask this server');
  const open = access === 'page' || (access === 'read' && isDirect(request, guarded));
  if (!open && !isBearer(authorization, guarded.token))
    throw new Refusal(
      401,
      'UNAUTHORIZED',
      'this needs the token that was given when the server was started',
      { 'www-authenticate': 'Bearer realm="damask"' },
    );
}

/** What proxies say of whom they ask for. */
const PROXY = /^(forwarded|via|x-forwarded-.*|x-real-ip)$/;

/** Whether nobody but this machine can have asked: not a proxy for others, as far as it can be told. */
function isDirect({ headers }: IncomingMessage, { loopback, allowedHosts }: Guarded): boolean {
  const passedOn = Object.keys(headers).some((name) => PROXY.test(name));
  return loopback && allowedHosts.length === 0 && !passedOn;
}

/** Names can be made to point anywhere, addresses cannot: any address will do, a name when it is known. */
function isOurs(header: string, { host, allowedHosts }: Guarded): boolean {
  const name = hostname(header);
  if (name === undefined) return false;
  const known = ['localhost', host, ...allowedHosts].some((it) => it.toLowerCase() === name);
  return known || isIP(name) !== 0;
}

/** The name of a Host header, without the port and the brackets of an IPv6 address. */
function hostname(header: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^[\]:/@\s]+))(?::\d{1,5})?$/i.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function originHost(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase();
}

/** Takes as long for a wrong token as for the right one, whatever it begins with. */
function isBearer(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
