// Honest timing: contestants take turns in one process, so a slow moment of the machine hits all; medians and their ratios.

export interface Contestant {
  name: string
  run(): Promise<void> | void
}

export interface Row {
  name: string
  medianMs: number
}

export async function compare(contestants: readonly Contestant[], rounds: number): Promise<Row[]> {
  const times = contestants.map(() => [] as number[])
  for (let round = -1; round < rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      globalThis.gc?.()
      const start = performance.now()
      await contestant.run()
      // The first round warms up code and file caches, and does not count.
      if (round >= 0) times[i]?.push(performance.now() - start)
    }
  }
  return contestants.map(({ name }, i) => ({ name, medianMs: median(times[i] ?? []) }))
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export interface Goal {
  text: string
  ratio: number
  limit: number
  /** Whether the ratio must be at least or at most the limit. */
  sense: 'at least' | 'at most'
}

export function report(title: string, rows: readonly Row[], goals: readonly Goal[]): boolean {
  console.log(`\n${title}`)
  for (const row of rows) console.log(`  ${row.medianMs.toFixed(1).padStart(9)} ms  ${row.name}`)
  let isMet = true
  for (const { text, ratio, limit, sense } of goals) {
    const met = sense === 'at least' ? ratio >= limit : ratio <= limit
    console.log(
      `  ${`${ratio.toFixed(2)}x`.padStart(12)}  ${text} (goal: ${sense} ${limit}x) ${met ? 'met' : 'NOT MET'}`,
    )
    isMet &&= met
  }
  return isMet
}

export function msOf(rows: readonly Row[], name: string): number {
  return rows.find((row) => row.name === name)?.medianMs ?? Number.NaN
}
