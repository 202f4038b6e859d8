// The audit suite of GraphQL over HTTP: every requirement (error) and every recommendation (warn);
// what a server may do or leave (notice) is not asked for.
import { serverAudits } from 'graphql-http';
import { authorization, http, tell } from './check.mjs';

const fetchFn = (address, options = {}) => fetch(address, { ...options, headers: { ...options.headers, authorization } });
for (const audit of serverAudits({ url: http, fetchFn })) {
  const result = await audit.fn();
  const ok = result.status === 'ok' || result.status === 'notice';
  tell(`${audit.id} ${audit.name}`, ok, ok ? undefined : `${result.status}: ${result.reason}`);
}
