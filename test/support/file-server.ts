// A repository folder as a plain web server on the loopback interface, as any static host would serve it.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'

export interface FileServer {
  url: string
  /** Paths that were asked for, in order. */
  asked: readonly string[]
  end(): Promise<void>
}

export async function serveFolder(folder: string): Promise<FileServer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname))
    asked.push(path)
    readFile(join(folder, path)).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    end: () => new Promise((ended) => server.close(() => ended())),
  }
}
