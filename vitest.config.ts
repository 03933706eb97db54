// Three suites: unit needs nothing but Node (and has a part that shares its processes, pure), e2e a browser and a display server, card the virtual smart card reader (and has a part that wants the machine for itself, card-alone).
import { availableParallelism } from 'node:os'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

/** What has no process, file or environment of its own to leave changed. */
const pure = ['test/{core,ipc,renderer}/**/*.test.{ts,tsx}']

/** There is one smart card service on a machine. */
const card = {
  environment: 'node' as const,
  env: { SSH_AUTH_SOCK: '' },
  fileParallelism: false,
  testTimeout: 60_000,
  hookTimeout: 60_000,
}

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [react()],
        test: {
          name: 'pure',
          include: pure,
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Nothing here leaves anything behind in its process, and a new one for each file takes half a second.
          isolate: false,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins: [react()],
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/e2e/**', 'test/card/**', 'test/bench/**', ...pure],
          environment: 'node',
          // A token that is plugged into the developer's computer, or an agent there, is none of these tests' business.
          env: { PCSCLITE_CSOCK_NAME: '/nonexistent/pcscd.comm', SSH_AUTH_SOCK: '' },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Most of them wait for processes that they started; after the pure ones, as vitest gives one number of workers to all that run together.
          maxWorkers: availableParallelism() + 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        plugins: [react()],
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          environment: 'node',
          // A token that is plugged into the developer's computer, or an agent there, is none of these tests' business.
          env: { PCSCLITE_CSOCK_NAME: '/nonexistent/pcscd.comm', SSH_AUTH_SOCK: '' },
          // Each window has a display of its own: they do not take the focus from each other, and often wait for a person.
          maxWorkers: Math.min(3, availableParallelism() + 1),
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
      {
        test: {
          name: 'card',
          include: ['test/card/*.test.ts'],
          ...card,
        },
      },
      {
        test: {
          name: 'card-alone',
          include: ['test/card/alone/*.test.ts'],
          ...card,
        },
      },
    ],
  },
})
