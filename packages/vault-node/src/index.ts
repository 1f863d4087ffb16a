export { createVault } from './create-vault.js'
export { nodePrimitives } from './node-primitives.js'
export { type PublicFetchOptions, publicFetch } from './public-fetch.js'
