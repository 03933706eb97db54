// The content of a message, smaller on its way: zlib (RFC 1950), whose own checksum is verified, with a limit on what may come out.
import { concatBytes } from '../bytes.ts'
import { AppError } from '../error.ts'

/** A thousand times as much can come out of each at most: no more than that is made before the limit is looked at. */
const sliceBytes = 1024

export function pack(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return collect(inSlices(bytes).pipeThrough(new CompressionStream('deflate')), Number.POSITIVE_INFINITY)
}

/** Exactly what {@link pack} was given; anything before, behind or missing is refused, and so is more than `maxBytes`. */
export async function unpack(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await collect(inSlices(bytes).pipeThrough(new DecompressionStream('deflate')), maxBytes)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError({
      code: 'format/malformed',
      message: `${bytes.length} bytes are not one whole zlib stream`,
      hint: 'have it shown or sent again',
      cause,
    })
  }
}

function inSlices(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0
  return new ReadableStream({
    pull: (controller) => {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at + sliceBytes))
      at += sliceBytes
      if (at >= bytes.length) controller.close()
    },
  })
}

async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return concatBytes(...chunks)
    length += value.length
    if (length > maxBytes) {
      // What becomes of the rest is not waited for: nobody wants it.
      reader.cancel().catch(() => {})
      throw new AppError({ code: 'source/too-large', message: `the content is larger than ${maxBytes} bytes` })
    }
    chunks.push(value)
  }
}
