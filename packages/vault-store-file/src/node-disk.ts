import { constants, lstatSync } from 'node:fs'
import { chmod, type FileHandle, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Disk, DiskFile, FileIdentity } from './disk.js'

const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_RDWR, O_RDONLY } = constants

/** The machine's own file system. */
export const nodeDisk: Disk = {
  async makeFolder(path) {
    const first = await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      // A file or a link is there: told below.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    })
    const found = await lstat(path)
    if (found.isSymbolicLink()) throw linkError(path)
    if (!found.isDirectory()) throw Object.assign(new Error(`not a directory: ${path}`), { code: 'ENOTDIR' })
    if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) await chmod(path, 0o700)
    // Also when it was there: whoever made it may have died before its name was safe.
    const top = dirname(resolve(first ?? path))
    for (let parent = dirname(resolve(path)); parent.length >= top.length; parent = dirname(parent)) {
      await syncIfReadable(parent)
      if (parent === dirname(parent)) break
    }
  },

  identity(path): FileIdentity | undefined {
    const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    if (!found) return undefined
    if (found.isSymbolicLink()) throw linkError(path)
    return { id: idOf(found), size: Number(found.size) }
  },

  async open(path, { create }) {
    const handle = await open(path, O_RDWR | O_NOFOLLOW | (create ? O_CREAT | O_EXCL : 0), 0o600)
    try {
      return fileOf(handle, idOf(await handle.stat({ bigint: true })))
    } catch (error) {
      await handle.close()
      throw error
    }
  },

  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),

  async list(path) {
    try {
      return await readdir(path)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw error
    }
  },

  syncFolder: sync,
}

async function sync(folder: string): Promise<void> {
  // Windows has no such call; its file system keeps renames in its own journal.
  if (process.platform === 'win32') return
  const handle = await open(folder, O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Folders above the store's may belong to others, who let nobody look into them. */
async function syncIfReadable(folder: string): Promise<void> {
  try {
    await sync(folder)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM'))) throw error
  }
}

function fileOf(handle: FileHandle, id: string): DiskFile {
  return {
    id,
    size: async () => (await handle.stat()).size,
    async read(position, length) {
      const buffer = Buffer.allocUnsafe(length)
      let filled = 0
      while (filled < length) {
        const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return buffer.subarray(0, filled)
    },
    async write(position, bytes) {
      let written = 0
      while (written < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written)
        written += bytesWritten
      }
    },
    truncate: (size) => handle.truncate(size),
    // Length counts as data here: what was appended can be read after a loss of power.
    sync: () => handle.datasync(),
    close: () => handle.close(),
  }
}

function idOf({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${dev}:${ino}`
}

function linkError(path: string): Error {
  return Object.assign(new Error(`a symbolic link is not followed: ${path}`), { code: 'ELOOP' })
}
