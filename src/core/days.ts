// Whole days between now and a moment, and how they are said; less than a day left is 0, a moment that has passed is negative.

export function daysUntil(at: Date, now: Date): number {
  return Math.floor((at.getTime() - now.getTime()) / 86_400_000)
}

/** "9 days", "today", "expired 3 days ago" */
export function daysText(daysLeft: number): string {
  const days = Math.floor(daysLeft)
  if (days < 0) return `expired ${days === -1 ? '1 day' : `${-days} days`} ago`
  if (days === 0) return 'today'
  return days === 1 ? '1 day' : `${days} days`
}

/** "9 days left", "expires today", "expired 3 days ago" */
export function leftText(daysLeft: number): string {
  const days = Math.floor(daysLeft)
  if (days < 0) return daysText(days)
  return days === 0 ? 'expires today' : `${daysText(days)} left`
}

/** "in 5 hours", "in 12 minutes", of a moment that is not a day away. */
export function hoursText(at: Date, now: Date): string {
  const minutes = Math.max(1, Math.floor((at.getTime() - now.getTime()) / 60_000))
  const [count, unit] = minutes < 60 ? [minutes, 'minute'] : [Math.floor(minutes / 60), 'hour']
  return `in ${count} ${unit}${count === 1 ? '' : 's'}`
}
