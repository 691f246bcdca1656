import { UnsupportedError } from '../errors.js';

/** For runtimes without files. */
export async function noConfigFile(path: string | undefined): Promise<undefined> {
  if (path !== undefined)
    throw new UnsupportedError(`configFile ${path} cannot be read: this runtime has no files`);
}
