// The audits of GraphQL over HTTP (graphql-http, by The Guild) against a running server: node http.mjs http://127.0.0.1:8000
import { auditServer } from 'graphql-http';

const url = `${process.argv[2]}/graphql`;
const results = await auditServer({ url });
const failed = results.filter((result) => result.status !== 'ok');
for (const { id, name, status, reason } of failed) console.error(`${id} ${status}: ${name}\n    ${reason}`);
console.log(`${results.length - failed.length} of ${results.length} audits of GraphQL over HTTP passed`);
process.exit(failed.length === 0 ? 0 : 1);
