// urql over HTTP, by POST and by GET, and over graphql-transport-ws.
import { Client, cacheExchange, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { again, authorization, check, equal, http, uuid, workflow, ws } from './check.mjs';

const socket = createClient({ url: ws, webSocketImpl: WebSocket, connectionParams: { Authorization: authorization } });
const client = (preferGetMethod) => new Client({
  url: http, preferGetMethod, fetchOptions: { headers: { authorization } },
  exchanges: [cacheExchange, fetchExchange, subscriptionExchange({
    forwardSubscription: (request) => ({ subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...request, query: request.query ?? '' }, sink) }) }),
  })],
});
const start = gql`mutation Start($input: StartRunInput!) { startRun(input: $input) { position run { id } } }`;

// A subscription may still be told of what was done just before it.
const before = [];

for (const method of [false, 'force', 'within-url-limit']) {
  await check(`a query with variables${method ? `, GET ${method}` : ', POST'}`, async () => {
    const { data, error } = await client(method).query(gql`query Page($first: Int!) { viewer { email } runs(first: $first) { edges { node { id } } } }`, { first: 3 }).toPromise();
    if (error) throw error;
    equal(data.viewer.email, 'owner@example.test', 'viewer');
  });
}

await check('a mutation', async () => {
  const { data, error } = await client(false).mutation(start, { input: { commandId: uuid(), workflowId: workflow } }).toPromise();
  if (error) throw error;
  if (!data.startRun.run.id) throw new Error('no run');
  before.push(data.startRun.run.id);
});

await check('a refusal is a GraphQL error with its code', async () => {
  const { error } = await client(false).mutation(start, { input: { commandId: uuid(), workflowId: uuid() } }).toPromise();
  equal(error?.graphQLErrors?.[0]?.extensions?.code, 'workflow.not_found', 'code');
});

await check('a subscription over the socket', async () => {
  const urql = client(false);
  const told = new Promise((resolve, reject) => {
    const end = urql.subscription(gql`subscription Changes { runsChanged { run { id } } }`, {}).subscribe(({ data, error }) => {
      if (error) reject(error);
      else if (!before.includes(data.runsChanged.run.id)) { setTimeout(() => end.unsubscribe()); resolve(data.runsChanged.run.id); }
    });
  });
  const { seen, done } = await again(
    async () => (await urql.mutation(start, { input: { commandId: uuid(), workflowId: workflow } }).toPromise()).data.startRun.run.id, told);
  if (!done.includes(seen)) throw new Error(`told of ${seen}, which is none of ${done}`);
});
process.exit(0);
