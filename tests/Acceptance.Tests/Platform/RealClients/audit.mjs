// The audit suite of GraphQL over HTTP: every requirement and every recommendation.
import { serverAudits } from 'graphql-http';
import { authorization, http, tell } from './check.mjs';

const fetchFn = (address, options = {}) => fetch(address, { ...options, headers: { ...options.headers, authorization } });
for (const audit of serverAudits({ url: http, fetchFn })) {
  const result = await audit.fn();
  tell(`${audit.id} ${audit.name}`, result.status === 'ok', result.status === 'ok' ? undefined : `${result.status}: ${result.reason}`);
}
