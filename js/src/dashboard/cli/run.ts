import { Command, CommanderError, InvalidArgumentError as WrongValue, Option } from 'commander';
import { serveStore, type Choices } from './serve.js';
import { EXIT, exitOf } from './exit.js';

const HELP = `
A store is a directory, as storagePath has it. On loopback the page may be seen by whoever is on this
machine; what changes the store or shows its patterns needs the token, which is printed once, at the
start. Any other --host needs a --token, or DAMASK_DASHBOARD_TOKEN.

To import, search, verify, back up and repair stores there is the native command, which is called
damask too: see README.md of the repository.

Exit codes: 0 done, 1 no store there, 2 wrong usage, 4 the store is damaged, 5 a file or the port could
not be used, 6 another process writes the store, 70 a bug in damask.`;

/** Runs the command, until it is told to end; returns its exit code. */
export async function run(words: readonly string[]): Promise<number> {
  let exitCode = EXIT.ok;
  const program = new Command('damask')
    .description('The dashboard of a damask store, and a server for one')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({
      writeErr: (text) => {
        process.stderr.write(text.replace(/^error: /, 'damask: '));
      },
    });
  const add = (name: 'dashboard' | 'serve', description: string): Command =>
    withOptions(program.command(name).description(description)).action(
      async (directory: string, choices: Choices) => {
        exitCode = await attempt(() => serveStore(name, directory, choices));
      },
    );
  add('dashboard', 'show how a store is, beside the process that writes it');
  add('serve', 'open a store for writing, and serve its dashboard and a JSON API')
    .option('--create', 'make a new store where there is none; needs --dimension')
    .addOption(integer('--dimension <n>', 'components of an embedding, with --create', 1, 4096))
    .addOption(
      new Option('--metric <name>', 'with --create').choices(['cosine', 'euclidean', 'dot']),
    )
    .option('--config <file>', 'a configuration file, as damask.config.json');
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

function withOptions(command: Command): Command {
  return command
    .argument('<directory>', 'the store')
    .addOption(integer('--port <n>', 'where to listen; 0: any that is free', 0, 65535))
    .option('--host <name>', 'the name or address to listen on', '127.0.0.1')
    .addOption(new Option('--token <text>', 'what clients must know').env('DAMASK_DASHBOARD_TOKEN'))
    .option('--allow-host <name...>', 'further names that requests may come under')
    .addOption(integer('--interval <ms>', 'how often the store is looked at', 100, 3_600_000))
    .option('--otel', 'report to the global meter of @opentelemetry/api too')
    .option('--open', 'open the page in a browser');
}

function integer(flags: string, description: string, least: number, most: number): Option {
  return new Option(flags, description).argParser((text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new WrongValue(`It must be an integer in [${least}, ${most}].`);
    return value;
  });
}

async function attempt(work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`damask: ${error instanceof Error ? error.message : String(error)}\n`);
    return exitOf(error);
  }
}
