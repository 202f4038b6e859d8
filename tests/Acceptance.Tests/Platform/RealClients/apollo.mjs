// Apollo Client over HTTP and graphql-transport-ws, with its cache.
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { again, authorization, check, equal, http, uuid, workflow, ws } from './check.mjs';

const socket = createClient({ url: ws, webSocketImpl: WebSocket, connectionParams: { Authorization: authorization } });
const isLive = ({ query }) => query.definitions.some((part) => part.kind === 'OperationDefinition' && part.operation === 'subscription');
const client = (more = {}) => new ApolloClient({
  cache: new InMemoryCache({ typePolicies: { Query: { fields: { runs: relayStylePagination() } } } }),
  link: ApolloLink.split(isLive, new GraphQLWsLink(socket), new HttpLink({ uri: http, headers: { authorization }, ...more })),
});
const start = gql`mutation Start($input: StartRunInput!) { startRun(input: $input) { position run { id } } }`;
const startOne = async (apollo) => (await apollo.mutate({ mutation: start, variables: { input: { commandId: uuid(), workflowId: workflow } } })).data.startRun;

await check('a query, and again from the cache', async () => {
  const apollo = client();
  const query = gql`query Who { viewer { id email } }`;
  const { data } = await apollo.query({ query });
  equal(data.viewer.email, 'owner@example.test', 'viewer');
  equal((await apollo.query({ query, fetchPolicy: 'cache-only' })).data, data, 'from the cache');
});

await check('a query by GET', async () => {
  const { data } = await client({ useGETForQueries: true }).query({ query: gql`query Who($first: Int!) { runs(first: $first) { edges { cursor } } viewer { id } }`, variables: { first: 2 } });
  if (!data.viewer.id) throw new Error('nobody');
});

// A subscription may still be told of what was done just before it.
const before = [];

await check('mutations, and pages that follow one another', async () => {
  const apollo = client();
  const started = [];
  for (let i = 0; i < 5; i++) started.push((await startOne(apollo)).run.id);
  const last = await startOne(apollo);
  before.push(...started, last.run.id);
  const query = gql`query Page($after: String, $atLeast: Position) { runs(first: 2, after: $after, atLeast: $atLeast) { edges { cursor node { id status } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const first = await apollo.query({ query, variables: { atLeast: last.position } });
  equal(first.data.runs.edges.map((edge) => edge.node.id), [last.run.id, started[4]], 'first page');
  const { data } = await apollo.query({ query, variables: { atLeast: last.position, after: first.data.runs.pageInfo.endCursor }, fetchPolicy: 'network-only' });
  const ids = data.runs.edges.map((edge) => edge.node.id);
  if (!ids.includes(started[3]) || !ids.includes(started[2])) throw new Error(`second page: ${ids}`);
});

await check('a refusal is a GraphQL error with its code', async () => {
  const problem = await client().mutate({ mutation: start, variables: { input: { commandId: uuid(), workflowId: uuid() } } }).then(() => null, (error) => error);
  if (!CombinedGraphQLErrors.is(problem)) throw new Error(`it is ${problem}`);
  equal(problem.errors[0].extensions.code, 'workflow.not_found', 'code');
});

await check('a subscription over the socket', async () => {
  const apollo = client();
  const told = new Promise((resolve, reject) => {
    const end = apollo.subscribe({ query: gql`subscription Changes { runsChanged { cursor run { id status workflowName } } }` }).subscribe({
      next: ({ data, error }) => {
        if (error) reject(error);
        else if (!before.includes(data.runsChanged.run.id)) { end.unsubscribe(); resolve(data.runsChanged.run); }
      },
      error: reject,
    });
  });
  const { seen, done } = await again(async () => (await startOne(apollo)).run.id, told);
  if (!done.includes(seen.id)) throw new Error(`told of ${seen.id}, which is none of ${done}`);
});
process.exit(0);
