import { describeVaultStore } from '@holdfast/vault-store-testing'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../src/index.js'

describeVaultStore({
  name: 'memory',
  open: () => {
    let now = 1_800_000_000_000
    return {
      store: memoryStore({ clock: () => now }),
      elapse: (ms) => {
        now += ms
      },
    }
  },
  describe,
  it,
  expect,
})
