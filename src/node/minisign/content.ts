// What minisign signs of a file on this machine: its hash, or in the old form the whole of it.
import { AppError } from '../../core/error.ts'
import { maxLegacyBytes, type SignedContent } from '../../core/minisign/content.ts'
import type { Form } from '../../core/minisign/signature.ts'
import { type ReadOptions, readPieces } from '../named-file.ts'
import { engineFileHash } from './file-hash.ts'

export async function readContent(file: string, form: Form, options: ReadOptions): Promise<SignedContent> {
  if (form === 'prehashed') {
    const hash = engineFileHash()
    await readPieces(file, () => hash.add, options)
    return { form, hash: hash.end() }
  }
  let bytes = new Uint8Array()
  const begin = (size: number): ((piece: Uint8Array) => void) => {
    if (size > maxLegacyBytes) throw tooLarge(file, size)
    bytes = new Uint8Array(size)
    let at = 0
    return (piece) => {
      bytes.set(piece, at)
      at += piece.length
    }
  }
  await readPieces(file, begin, options)
  return { form, bytes }
}

function tooLarge(file: string, size: number): AppError {
  return new AppError({
    code: 'source/too-large',
    message: `${file} has ${size} bytes, and the legacy form is for files up to ${maxLegacyBytes} bytes`,
    hint: 'use the usual form, which signs a hash of the file',
  })
}
