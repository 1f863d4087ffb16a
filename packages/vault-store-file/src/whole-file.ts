import type { Disk } from './disk.js'

/** All bytes of a file. */
export async function readWholeFile(disk: Disk, path: string): Promise<Uint8Array> {
  const file = await disk.open(path, { create: false })
  try {
    return await file.read(0, await file.size())
  } finally {
    await file.close()
  }
}

/** Writes a file that is not there yet. Its bytes are safe from a loss of power; its name is once the folder is synced. */
export async function writeNewFile(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const file = await disk.open(path, { create: true })
  try {
    await file.write(0, bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}
