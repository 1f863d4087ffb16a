import { describeVaultStore } from '@holdfast/vault-store-testing'
import { describe, expect, it } from 'vitest'
import { fileStore } from '../src/index.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

const newFolder = temporaryFolder()

describeVaultStore({
  name: 'files',
  open: () => {
    let now = 1_800_000_000_000
    const path = newFolder()
    const clock = (): number => now
    return {
      store: fileStore({ path, clock }),
      another: () => fileStore({ path, clock }),
      elapse: (ms: number) => {
        now += ms
      },
    }
  },
  describe,
  it,
  expect,
})
