import { isVaultError, VaultError } from '@holdfast/vault-core'

/** What a file system refuses, as one sentence that says what to do. The vault's own errors pass through. */
export function fileFailure(error: unknown): VaultError {
  if (isVaultError(error)) return error
  return new VaultError(
    'store_unavailable',
    explanations[codeOf(error)] ?? 'The file system failed. Its own error is the cause of this one.',
    {
      cause: error,
    },
  )
}

/** The system's code; of SQLite, which keeps the lock, its own. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('errcode' in error && typeof error.errcode === 'number') return `SQLITE_${error.errcode & 0xff}`
  return 'code' in error ? String(error.code) : ''
}

const noAccess = 'The folder of the store cannot be written. Give the process write access to it and to all in it.'
const noRoom = 'The disk is full. Make room; nothing that was acknowledged is lost.'

const broken = 'The disk failed. Look at its health before you go on.'
const readOnly = 'The disk may only be read. Mount it for writing, or choose another folder.'

const explanations: Readonly<Record<string, string>> = {
  ENOSPC: noRoom,
  EDQUOT: noRoom,
  EFBIG: noRoom,
  EACCES: noAccess,
  EPERM: noAccess,
  EROFS: readOnly,
  SQLITE_8: readOnly,
  SQLITE_10: broken,
  SQLITE_14: noAccess,
  SQLITE_26: "The file `lock` in the folder is not the store's: it should be empty. Stop all who use the store, and remove it.",
  ENOTDIR: 'The path of the store, or a part of it, is a file. Choose a path where a folder can be.',
  EISDIR: 'A folder stands where the store keeps a file. Give the store a folder of its own.',
  ELOOP: 'The folder of the store, or a file in it, is a symbolic link. Links are not followed: give the real path.',
  EMFILE: 'The process has too many files open. Raise its limit.',
  ENFILE: 'The machine has too many files open.',
  EIO: broken,
}
