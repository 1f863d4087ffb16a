/** The one file that may touch the world: it supplies the defaults of `Runtime`. */
export const runtimeSeam = 'src/runtime.ts'

/** All that vault-core may depend on. */
export const allowedPackages: readonly string[] = ['oauth4webapi', '@noble/ciphers', '@noble/hashes']

/** Globals that are a process, a clock, a timer, a random source, a network, a disk or a screen. */
export const forbiddenGlobals: ReadonlySet<string> = new Set([
  'globalThis',
  'self',
  'window',
  'frames',
  'process',
  'Buffer',
  'global',
  'require',
  'module',
  '__dirname',
  '__filename',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
  'requestAnimationFrame',
  'requestIdleCallback',
  'scheduler',
  'crypto',
  'fetch',
  'fetchLater',
  'XMLHttpRequest',
  'WebSocket',
  'WebTransport',
  'EventSource',
  'RTCPeerConnection',
  'BroadcastChannel',
  'Worker',
  'SharedWorker',
  'navigator',
  'document',
  'location',
  'localStorage',
  'sessionStorage',
  'indexedDB',
  'caches',
  'alert',
  'Deno',
  'Bun',
])

/** Members of harmless globals, by the name of the library's interface that has them. */
export const forbiddenMembers: ReadonlyMap<string, string> = new Map([
  ['DateConstructor.now', 'Date.now'],
  ['Math.random', 'Math.random'],
  ['AbortSignal.timeout', 'AbortSignal.timeout'],
])
