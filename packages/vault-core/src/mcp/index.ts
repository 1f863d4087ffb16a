// `@holdfast/vault-core/mcp`: connections to servers that say by themselves how they are protected, MCP servers above all.
export { type ConnectedResource, connectResource } from './connect-resource.js'
export type { ConnectResourceOptions } from './resource-options.js'
