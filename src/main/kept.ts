// What main keeps for the window under an id: the window names it, and never holds it. Older ones are forgotten.
import { randomUUID } from 'node:crypto'
import { AppError } from '../core/error.ts'

export class Kept<T> {
  readonly #held = new Map<string, T>()
  readonly #most: number
  readonly #gone: { message: string; hint: string }

  constructor(most: number, message: string, hint: string) {
    this.#most = most
    this.#gone = { message, hint }
  }

  keep(one: T): string {
    const id = randomUUID()
    this.#held.set(id, one)
    for (const old of [...this.#held.keys()].slice(0, -this.#most)) this.#held.delete(old)
    return id
  }

  get(id: string): T {
    const one = this.#held.get(id)
    if (one !== undefined) return one
    throw new AppError({ code: 'usage/invalid', ...this.#gone })
  }

  drop(id: string): void {
    this.#held.delete(id)
  }
}
