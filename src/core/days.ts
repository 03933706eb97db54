// Whole days between now and a moment; less than a day left is 0, a moment that has passed is negative.

export function daysUntil(at: Date, now: Date): number {
  return Math.floor((at.getTime() - now.getTime()) / 86_400_000)
}
