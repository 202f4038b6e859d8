// What every client's checks share: the server's address, a token, and a line of JSON for each check on standard output.
const [url, token, ...rest] = process.argv.slice(2);
export const http = `${url}/graphql`;
export const ws = `${url.replace('http', 'ws')}/graphql`;
export const authorization = `Bearer ${token}`;
export const [workflow] = rest;

const longest = 30_000;

export async function check(name, body) {
  let timer;
  try {
    await Promise.race([
      body(),
      new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`nothing within ${longest / 1000} s`)), longest); }),
    ]);
    tell(name, true);
  } catch (error) {
    tell(name, false, String(error?.stack ?? error));
  } finally {
    clearTimeout(timer);
  }
}

export function tell(name, ok, why) {
  process.stdout.write(`${JSON.stringify({ name, ok, why })}\n`);
}

export function equal(actual, expected, what) {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
  }
}

/** Acts again every second until it is told: a subscription without a cursor begins at some moment after it was asked for. */
export async function again(act, told) {
  const done = [];
  for (;;) {
    done.push(await act());
    const seen = await Promise.race([told, new Promise((resolve) => { setTimeout(resolve, 1_000); })]);
    if (seen !== undefined) return { seen, done };
  }
}

export const uuid = () => crypto.randomUUID().replace(/^(.{14})4/, '$17');
