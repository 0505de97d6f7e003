import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [svelte({ configFile: false, preprocess: vitePreprocess() })],
  build: {
    outDir: '../src/Tessar.Web/wwwroot',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows files of this server only: nothing may become a data address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    // `npm run dev` shows what `tessar serve` answers.
    proxy: { '/api': { target: 'http://127.0.0.1:7150', changeOrigin: true } },
  },
});
