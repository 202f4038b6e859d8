// graphql-transport-ws by its reference client.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { again, authorization, check, equal, http, uuid, workflow, ws } from './check.mjs';

const client = (more = {}) => createClient({ url: ws, webSocketImpl: WebSocket, connectionParams: { Authorization: authorization }, retryAttempts: 0, ...more });

/** What an operation that gives one value gives. */
function next(connection, payload) {
  return new Promise((resolve, reject) => {
    connection.subscribe(payload, {
      next: resolve,
      error: (problem) => reject(problem instanceof Error ? problem : new Error(JSON.stringify(problem.reason ?? problem))),
      complete: () => reject(new Error('ended without a value')),
    });
  });
}

async function startRun() {
  const query = 'mutation($input: StartRunInput!) { startRun(input: $input) { run { id } } }';
  const answer = await fetch(http, {
    method: 'POST', headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input: { commandId: uuid(), workflowId: workflow } } }),
  });
  return (await answer.json()).data.startRun.run.id;
}

await check('a query over the socket', async () => {
  const connection = client();
  const answer = await next(connection, { query: '{ viewer { email } }' });
  equal(answer.data.viewer.email, 'owner@example.test', 'viewer');
  await connection.dispose();
});

await check('many operations share one socket', async () => {
  const connection = client();
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => next(connection, { query: `{ n${i}: __typename }` })));
  equal(answers.map((answer) => Object.keys(answer.data)[0]), Array.from({ length: 50 }, (_, i) => `n${i}`), 'answers');
  await connection.dispose();
});

await check('a subscription tells what changes and ends when it is left', async () => {
  const connection = client();
  let told;
  const change = new Promise((resolve, reject) => {
    told = connection.subscribe(
      { query: 'subscription { runsChanged { cursor position run { id status } } }' },
      { next: (value) => value.errors ? reject(new Error(JSON.stringify(value.errors))) : resolve(value.data.runsChanged), error: reject, complete: () => {} });
  });
  const { seen: first, done } = await again(startRun, change);
  told();
  if (!done.includes(first.run.id)) throw new Error(`told of ${first.run.id}, which is none of ${done}`);
  // From its cursor a later subscription goes on, and misses nothing that came meanwhile.
  const other = await startRun();
  const seen = await new Promise((resolve, reject) => {
    const end = connection.subscribe(
      { query: 'subscription($after: Cursor!) { runsChanged(after: $after) { run { id } } }', variables: { after: first.cursor } },
      { next: (value) => { if (value.data.runsChanged.run.id === other) { end(); resolve(other); } }, error: reject, complete: () => {} });
  });
  equal(seen, other, 'after the cursor');
  await connection.dispose();
});

await check('a document that is none is an error message, and the socket lives on', async () => {
  const connection = client();
  const refused = await next(connection, { query: '{ viewer { nonsense } }' }).then(() => null, (problem) => problem);
  if (!refused) throw new Error('it was answered');
  equal((await next(connection, { query: '{ __typename }' })).data.__typename, 'Query', 'afterwards');
  await connection.dispose();
});

await check('a bad token closes the socket with 4403', async () => {
  const code = await new Promise((resolve, reject) => {
    const connection = client({ connectionParams: { Authorization: 'Bearer nonsense' }, lazy: false, onNonLazyError: () => {}, on: { closed: (event) => resolve(event.code), connected: () => reject(new Error('it was let in')) } });
  });
  equal(code, 4403, 'close code');
});

await check('pings are answered', async () => {
  const pong = await new Promise((resolve) => {
    const connection = client({ lazy: false, keepAlive: 200, on: { pong: (received) => { if (received) { resolve(true); connection.dispose(); } } } });
  });
  equal(pong, true, 'pong');
});
process.exit(0);
