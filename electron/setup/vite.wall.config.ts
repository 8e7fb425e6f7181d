/** The participants' page: another document, with nothing of the console's in it but the theme. */
import { defineConfig } from 'vite';
import { pageConfig } from './vite.page.ts';

export default defineConfig(pageConfig('participants'));
