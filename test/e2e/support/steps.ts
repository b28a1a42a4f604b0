let broken: string | undefined;

/** A test that builds on those before it in its file: where one has failed, the later ones are not tried. */
export function step(name: string, body: () => Promise<void>): void {
  test(name, async () => {
    if (broken !== undefined) throw withoutStack(new Error(`not tried, because "${broken}" failed`));
    try {
      await body();
    } catch (error) {
      broken = name;
      throw error;
    }
  });
}

/** A step of the full run alone, `npm run e2e -- --all`. */
export function thorough(name: string, body: () => Promise<void>): void {
  if (process.env.E2E_ALL) step(name, body);
  else test.skip(name, body);
}

function withoutStack(error: Error): Error {
  error.stack = error.message;
  return error;
}
