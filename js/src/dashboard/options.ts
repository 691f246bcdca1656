import { randomBytes } from 'node:crypto';
import { describe } from '../describe.js';
import { InvalidArgumentError } from '../errors.js';
import type { OtelMeter } from './otel.js';

/** How a dashboard is served. */
export interface DashboardOptions {
  /** The name or address to listen on. '127.0.0.1' when absent; any that is not loopback needs `token`. */
  host?: string;
  /** [0, 65535]; 0, which is meant when absent: one that is free. */
  port?: number;
  /**
   * What a client must know to change anything or to read patterns, and on a host that is not loopback
   * to see anything but the empty page. 16 to 256 characters of A-Z a-z 0-9 . _ ~ -. Absent: a random
   * one, which `startDashboard` returns.
   */
  token?: string;
  /** What the page calls the store. 'damask' when absent. */
  title?: string;
  /** Further names that the address of a request may have, such as a proxy's. None when absent. */
  allowedHosts?: readonly string[];
  /** How often the store is looked at, in milliseconds. [100, 3600000], 2000 when absent. */
  intervalMs?: number;
  /** The longest body of a request. [1024, 67108864], 1048576 when absent. */
  maxBodyBytes?: number;
  /** Report the figures of `/metrics` to OpenTelemetry too: through a meter, or through the global
   * meter of `@opentelemetry/api`, which must be installed then. Off when absent. */
  otel?: boolean | OtelMeter;
  /** Told what went wrong where no client is told. Absent: `process.emitWarning`. */
  onError?: (error: unknown) => void;
}

export type Settings = Required<DashboardOptions> & {
  /** Whether the token was chosen by the caller. */
  ownToken: boolean;
};

const TOKEN = /^[A-Za-z0-9._~-]{16,256}$/;

const HIGHEST_PORT = 65535;
const DEFAULTS = {
  ...{ host: '127.0.0.1', port: 0, title: 'damask' },
  ...{ intervalMs: 2000, maxBodyBytes: 1 << 20 },
};

const CHECKS: { [Field in keyof Required<DashboardOptions>]: (value: unknown) => void } = {
  host: (value) => {
    text(value, 'host');
  },
  port: (value) => {
    integer(value, 'port', 0, HIGHEST_PORT);
  },
  token: (value) => {
    if (typeof value !== 'string' || !TOKEN.test(value))
      throw new InvalidArgumentError(
        'options.token must be 16 to 256 characters of A-Z a-z 0-9 . _ ~ -',
      );
  },
  title: (value) => {
    text(value, 'title');
  },
  allowedHosts: (value) => {
    if (!Array.isArray(value)) refuse(value, 'allowedHosts', 'an array of names');
    value.forEach((it, i) => {
      text(it, `allowedHosts[${i}]`);
    });
  },
  intervalMs: (value) => {
    integer(value, 'intervalMs', 100, 3_600_000);
  },
  maxBodyBytes: (value) => {
    integer(value, 'maxBodyBytes', 1024, 1 << 26);
  },
  otel: (value) => {
    if (typeof value !== 'boolean' && (typeof value !== 'object' || value === null))
      refuse(value, 'otel', 'a boolean or a meter');
  },
  onError: (value) => {
    if (typeof value !== 'function') refuse(value, 'onError', 'a function');
  },
};

/** The options with what stands for those that are absent. Throws InvalidArgumentError. */
export function settle(options: DashboardOptions): Settings {
  if (typeof options !== 'object' || (options as unknown) === null)
    throw new InvalidArgumentError(`options must be an object, not ${describe(options)}`);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [field, value] of given) {
    if (!Object.hasOwn(CHECKS, field))
      throw new InvalidArgumentError(
        `options has the unknown field ${JSON.stringify(field)}; known are ${Object.keys(CHECKS).join(', ')}`,
      );
    CHECKS[field as keyof DashboardOptions](value);
  }
  return {
    ...DEFAULTS,
    token: randomBytes(24).toString('base64url'),
    allowedHosts: [],
    otel: false,
    onError: warn,
    ownToken: options.token !== undefined,
    ...(Object.fromEntries(given) as DashboardOptions),
  };
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}

function text(value: unknown, field: string): void {
  if (typeof value !== 'string' || value === '') refuse(value, field, 'a name that is not empty');
}

function integer(value: unknown, field: string, least: number, most: number): void {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most)
    refuse(value, field, `an integer in [${least}, ${most}]`);
}

function refuse(value: unknown, field: string, wanted: string): never {
  throw new InvalidArgumentError(`options.${field} must be ${wanted}, not ${describe(value)}`);
}
