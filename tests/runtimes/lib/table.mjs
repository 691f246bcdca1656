// What the runs found, a line each.

/** As ctest knows it: nothing failed, and nothing could run here. */
const LEFT_OUT = 77;

export class Table {
  #expected;
  #passed = 0;
  #failed = 0;

  /** @param expected the SHA-256 over all results */
  constructor(expected) {
    this.#expected = expected;
    console.log(`expected: sha256 ${expected}`);
  }

  /** A whole replay: passes when it gave the expected results, on the backend that was asked for. */
  add(where, { info, sha256, difference }, backend = info.type) {
    let wrong = difference;
    if (sha256 !== this.#expected) wrong ??= `sha256 ${sha256}`;
    if (info.type !== backend) wrong = `runs on ${info.type} instead of ${backend}`;
    this.#line(where, info, wrong, `sha256 ${sha256.slice(0, 16)}`);
  }

  /** Something else that was checked, and said in `what`; it passes when nothing is `wrong`. */
  addCheck(where, info, wrong, what) {
    this.#line(where, info, wrong, what);
  }

  /** What this machine cannot run. */
  leaveOut(where, why) {
    console.log(`${where.padEnd(42)} left out: ${why}`);
  }

  fail(where, error) {
    this.#failed += 1;
    console.log(`${where.padEnd(42)} FAIL ${error.stack}`);
  }

  /** Prints the sum; gives the exit code. */
  close() {
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
    if (this.#failed > 0) return 1;
    return this.#passed > 0 ? 0 : LEFT_OUT;
  }

  #line(where, { type, instructionSet }, wrong, what) {
    const engine = `${type} (${instructionSet})`;
    const verdict = wrong === undefined ? `PASS ${what}` : `FAIL ${wrong}`;
    console.log(`${where.padEnd(42)} ${engine.padEnd(26)} ${verdict}`);
    if (wrong === undefined) this.#passed += 1;
    else this.#failed += 1;
  }
}
