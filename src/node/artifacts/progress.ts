// How far reading or writing many bytes is, told about ten times a second: more often costs time and shows nothing.

/** `totalBytes` does not change between two calls of one run. */
export type Progress = (doneBytes: number, totalBytes: number) => void

const everyMs = 100

/** Counts on; the end is always told. */
export function counter(totalBytes: number, report: Progress | undefined): (moreBytes: number) => void {
  let done = 0
  let last = Number.NEGATIVE_INFINITY
  return (more) => {
    done += more
    const now = performance.now()
    if (done < totalBytes && now - last < everyMs) return
    last = now
    report?.(done, totalBytes)
  }
}
