import { isVaultError, VaultError } from '@holdfast/vault-core'

/**
 * What a file system refuses, as one sentence that says what to do. The vault's own errors pass through.
 *
 * @param owner - Whose folder it is.
 */
export function fileFailure(error: unknown, owner: 'store' | 'journal' = 'store'): VaultError {
  if (isVaultError(error)) return error
  const explain = explanations[codeOf(error)]
  return new VaultError('store_unavailable', explain?.(owner) ?? 'The file system failed. Its own error is the cause of this one.', {
    cause: error,
  })
}

/** The system's code; of SQLite, which keeps the lock, its own. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('errcode' in error && typeof error.errcode === 'number') return `SQLITE_${error.errcode & 0xff}`
  return 'code' in error ? String(error.code) : ''
}

type Explanation = (owner: string) => string

const noAccess: Explanation = (owner) =>
  `The folder of the ${owner} cannot be written. Give the process write access to it and to all in it.`
const noRoom: Explanation = () => 'The disk is full. Make room; nothing that was acknowledged is lost.'

const broken: Explanation = () => 'The disk failed. Look at its health before you go on.'
const readOnly: Explanation = () => 'The disk may only be read. Mount it for writing, or choose another folder.'

const explanations: Readonly<Record<string, Explanation>> = {
  ENOSPC: noRoom,
  EDQUOT: noRoom,
  EFBIG: noRoom,
  EACCES: noAccess,
  EPERM: noAccess,
  EROFS: readOnly,
  SQLITE_8: readOnly,
  SQLITE_10: broken,
  SQLITE_14: noAccess,
  SQLITE_26: () => "The file `lock` in the folder is not the store's: it should be empty. Stop all who use the store, and remove it.",
  ENOTDIR: (owner) => `The path of the ${owner}, or a part of it, is a file. Choose a path where a folder can be.`,
  EISDIR: (owner) => `A folder stands where the ${owner} keeps a file. Give the ${owner} a folder of its own.`,
  ELOOP: (owner) => `The folder of the ${owner}, or a file in it, is a symbolic link. Links are not followed: give the real path.`,
  EMFILE: () => 'The process has too many files open. Raise its limit.',
  ENFILE: () => 'The machine has too many files open.',
  EIO: broken,
}
