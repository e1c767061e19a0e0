// Subscriptions at subgraphs by graphql-ws, all over one socket: by its default, server-sent events, it takes a connection
// for each and carries fewer.
import { defineConfig } from '@graphql-hive/gateway'

export const gatewayConfig = defineConfig({
  transportEntries: { '*.http': { options: { subscriptions: { kind: 'ws' } } } },
})
