import '../theme/fonts.css';
import '../theme/tokens.css';
import '../theme/base.css';
import '../theme/page.css';
import './wall.css';
import '../no-eval.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Sprite } from '../components/Glyph.tsx';
import { Wall } from './Wall.tsx';

const place = document.getElementById('root');
const bridge = window.blackstartWall;
if (place !== null && bridge === undefined) place.textContent = 'This page belongs to the participants’ window of an exercise.';
if (place !== null && bridge !== undefined) createRoot(place).render(<StrictMode><Sprite /><Wall bridge={bridge} /></StrictMode>);
