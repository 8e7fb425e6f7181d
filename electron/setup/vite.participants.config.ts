import { defineConfig } from 'vite';
import { shellConfig } from './vite.shell.ts';

export default defineConfig(shellConfig('participants-preload'));
