import { spawn } from 'node:child_process';

/** What opens an address, by system. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens a page in the browser of whoever runs this; says so when there is none. */
export function openPage(url: string): void {
  const [command, ...words] = OPENERS[process.platform] ?? ['xdg-open'];
  const opener = spawn(command, [...words, url], { stdio: 'ignore', detached: true });
  opener.once('error', ({ message }) => {
    process.stderr.write(
      `damask: no browser could be opened (${message}): open the page yourself\n`,
    );
  });
  opener.unref();
}
