// Builds the three programs (Electron main, Chromium shell, command line), the two preload scripts, the two pages, and the page of
// the second screen.
import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'
import { verifierPage } from './scripts/verifier-page.mjs'

const at = (path: string): string => resolve(import.meta.dirname, path)

/** Without it the browser asks for /favicon.ico, which is not there. */
const icon: Plugin = {
  name: 'icon',
  transformIndexHtml: () => [
    { tag: 'link', attrs: { rel: 'icon', type: 'image/svg+xml', href: '/icon.svg' }, injectTo: 'head' },
  ],
}

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node24',
      // Dependencies stay in node_modules: native modules cannot be bundled, and the audited ones stay as published.
      externalizeDeps: true,
      rolldownOptions: {
        // An optional dependency, which externalizeDeps does not know of; it may be absent, and its binary cannot be bundled.
        external: ['pkcs11js'],
        input: {
          index: at('src/main/index.ts'),
          chromium: at('src/main/chromium.ts'),
          cli: at('src/cli/index.ts'),
          'token-host': at('src/node/token-host/entry.ts'),
          reader: at('src/main/reading/entry.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // The syntax of Node 20 is that of Chromium 113; electron-vite accepts no other name here.
      target: 'node20',
      // A sandboxed preload script may require nothing but electron: everything else goes in, one file an entry.
      externalizeDeps: false,
      isolatedEntries: true,
      rolldownOptions: {
        input: { electron: at('src/preload/electron.ts'), chromium: at('src/preload/chromium.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    publicDir: at('resources/public'),
    plugins: [react(), icon, verifierPage()],
    build: {
      outDir: 'out/renderer',
      target: 'chrome120',
      emptyOutDir: true,
      minify: true,
      // The content security policy allows files of our own and nothing inline, not even pictures.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: { index: at('src/renderer/index.html'), prompt: at('src/renderer/prompt.html') },
      },
    },
  },
})
