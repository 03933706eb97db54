// Copies one whole value and says what was copied.
import { type ReactElement, useEffect, useState } from 'react'
import { useApp } from '../app-context.ts'

export function CopyButton({ value, what, label }: { value: string; what: string; label?: string }): ReactElement {
  const { say } = useApp()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    const done = await copyText(value)
    setCopied(done)
    say(done ? `Copied ${what}` : `Could not copy ${what}; select it and copy it by hand`)
  }
  return (
    <button type="button" className="button quiet" onClick={copy}>
      {copied ? 'Copied' : (label ?? 'Copy')}
      <span className="unseen"> {what}</span>
    </button>
  )
}

/** The copy event needs no permission, which this app denies to every page; the newer way is only the second try. */
async function copyText(text: string): Promise<boolean> {
  let taken = false
  const put = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    event.stopPropagation()
    taken = true
  }
  document.addEventListener('copy', put, { capture: true })
  document.execCommand('copy')
  document.removeEventListener('copy', put, { capture: true })
  if (taken) return true
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
