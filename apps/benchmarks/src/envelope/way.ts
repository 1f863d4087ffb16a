import type { Material } from './material.ts'

/** One way to seal values and to open them. What it needs it makes when it is asked, so that it meets nothing of the others' in its process. */
export interface Way {
  readonly name: string
  sealing?(material: Material): () => Uint8Array
  opening(material: Material): () => Uint8Array
}
