// Bundles the scripts for the browser; called by the build.
import { build } from 'esbuild';

await build({
  entryPoints: ['Script/jarvis.js', 'Script/charts.js', 'Script/editor.js', 'Script/walk.js'],
  outdir: 'wwwroot/bundle',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
});
