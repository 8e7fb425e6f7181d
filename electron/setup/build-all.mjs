// `npm run build`: every bundle that is older than its sources.
import { ALL, ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';

await ensureInstalled();
await ensureBuilt(ALL);
