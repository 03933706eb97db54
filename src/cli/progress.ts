// How far a long reading or loading is: one line that is written over, on a terminal only.

/** `end` takes the line away. */
export function progressLine(doing: string): { show(doneBytes: number, totalBytes: number): void; end(): void } {
  const { stderr } = process
  const began = performance.now()
  let isShown = false
  return {
    show: (done, total) => {
      if (stderr.isTTY !== true) return
      const seconds = (performance.now() - began) / 1000
      // What is over at once needs no line.
      if (seconds < 0.5 && !isShown) return
      isShown = true
      const part = total === 0 ? 100 : Math.floor((done / total) * 100)
      const line = `${doing}: ${part} %, ${megabytes(done)} of ${megabytes(total)} MB`
      // A line that went on in the next row could not be wiped out.
      stderr.write(`\r\x1b[K${line.slice(0, (stderr.columns ?? 80) - 1)}`)
    },
    end: () => {
      if (isShown) stderr.write('\r\x1b[K')
      isShown = false
    },
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1)
}
