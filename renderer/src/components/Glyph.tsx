/** The shapes of the states. Each belongs to one word (README of the drawings); `StateWord` keeps them together. */
import type { CSSProperties } from 'react';

export type Shape =
  | 'confirmed'
  | 'failed'
  | 'mark'
  | 'needs'
  | 'overridden'
  | 'sensed'
  | 'stale'
  | 'pending'
  | 'blocked'
  | 'deferred'
  | 'out'
  | 'ponr'
  | 'running'
  | 'sim'
  | 'skipped'
  | 'unknown'
  | 'alive'
  | 'dead';

export type Tone = 'green' | 'blue' | 'amber' | 'red' | 'violet' | 'grey';

/** Drawn once; every glyph refers to it. */
export function Sprite() {
  return (
    <svg width="0" height="0" style={{ position: 'absolute' }} aria-hidden="true">
      <defs>
        <symbol id="s-confirmed" viewBox="0 0 16 16"><rect x="1.5" y="1.5" width="13" height="13" rx="2.5" fill="none" stroke="currentColor" strokeWidth="1.5"/><path d="m4.6 8.3 2.3 2.3 4.5-5" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round"/></symbol>
        <symbol id="s-failed" viewBox="0 0 16 16"><path d="M5.1.9h5.8l4.2 4.2v5.8l-4.2 4.2H5.1L.9 10.9V5.1z" fill="currentColor"/><path d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" stroke="var(--ink)" strokeWidth="1.9" strokeLinecap="round"/></symbol>
        <symbol id="s-mark" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.75"/><circle cx="12.3" cy="3.7" r="2.6" fill="currentColor" stroke="var(--bg-0)" strokeWidth="1.4"/></symbol>
        <symbol id="s-needs" viewBox="0 0 16 16"><path d="M8 1 15 8l-7 7-7-7z" fill="currentColor" stroke="currentColor" strokeWidth="1.25" strokeLinejoin="round"/><path d="M8 4.6v4" stroke="var(--ink)" strokeWidth="1.9" strokeLinecap="round"/><circle cx="8" cy="11.2" r="1.1" fill="var(--ink)"/></symbol>
        <symbol id="s-overridden" viewBox="0 0 16 16"><path d="M8 1.3 14.7 8 8 14.7 1.3 8z" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round"/><path d="M5.2 10.8 10.8 5.2" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round"/></symbol>
        <symbol id="s-sensed" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.25" fill="currentColor"/><path d="M4.7 8.3 7 10.6l4.4-4.9" fill="none" stroke="var(--ink)" strokeWidth="1.9" strokeLinecap="round" strokeLinejoin="round"/></symbol>
        <symbol id="s-stale" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeWidth="1.5"/><path d="M8 4.5V8l2.3 1.6" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round"/></symbol>
        <symbol id="s-pending" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" strokeWidth="1.25" opacity=".75"/></symbol>
        <symbol id="s-blocked" viewBox="0 0 16 16"><rect x="1.75" y="1.75" width="12.5" height="12.5" rx="2" fill="none" stroke="currentColor" strokeWidth="1.4" strokeDasharray="1.5 1.5"/><path d="M6.2 5.4v5.2M9.8 5.4v5.2" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round"/></symbol>
        <symbol id="s-deferred" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeWidth="1.4"/><path d="M4.9 8h5.6M8.3 5.6 10.8 8l-2.5 2.4" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round"/></symbol>
        <symbol id="s-out" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeWidth="1.4"/><path d="m3.6 12.4 8.8-8.8" stroke="currentColor" strokeWidth="1.4"/></symbol>
        <symbol id="s-ponr" viewBox="0 0 16 16"><path d="M8 1.9 15 14H1z" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round"/><path d="M8 6.3v3.3" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round"/><circle cx="8" cy="11.8" r=".95" fill="currentColor"/></symbol>
        <symbol id="s-running" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.75" fill="none" stroke="currentColor" strokeWidth="1.25" opacity=".4"/><circle cx="8" cy="8" r="6.75" fill="none" stroke="currentColor" strokeWidth="2.25" pathLength="100" style={{ strokeDasharray: 'var(--p, 60) 100' }} transform="rotate(-90 8 8)"/><path d="M6.3 4.9 11 8l-4.7 3.1z" fill="currentColor"/></symbol>
        <symbol id="s-sim" viewBox="0 0 16 16"><path d="M8 1.2 13.9 4.6v6.8L8 14.8 2.1 11.4V4.6z" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round"/><circle cx="8" cy="8" r="2" fill="currentColor"/></symbol>
        <symbol id="s-skipped" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeWidth="1.4"/><path d="M5 8h6" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round"/></symbol>
        <symbol id="s-unknown" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.75" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2.6 1.64"/><path d="M6.2 6.2a1.85 1.85 0 1 1 2.6 1.9c-.5.2-.8.6-.8 1.1" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round"/><circle cx="8" cy="11.4" r=".95" fill="currentColor"/></symbol>
        <symbol id="s-alive" viewBox="0 0 16 16"><circle cx="8" cy="8" r="4" fill="currentColor"/></symbol>
        <symbol id="s-dead" viewBox="0 0 16 16"><path d="m2.6 2.6 10.8 10.8M13.4 2.6 2.6 13.4" stroke="currentColor" strokeWidth="2" strokeLinecap="round"/></symbol>
      </defs>
    </svg>
  );
}

interface GlyphProps {
  shape: Shape;
  tone?: Tone;
  /** Pixels at the root size of 16: 12, 16, 20 or 24. */
  size?: 12 | 16 | 20 | 24;
  /** Of the ring, 0 to 100. */
  percent?: number;
}

/** A shape for the eye only: the word beside it speaks. */
export function Glyph({ shape, tone = 'grey', size = 16, percent }: GlyphProps) {
  const style: CSSProperties & Record<'--p', string> | undefined = percent === undefined ? undefined : { '--p': String(percent) };
  return (
    <svg className={`g${size === 16 ? '' : ` g-${size}`} c-${tone}`} style={style} aria-hidden="true">
      <use href={`#s-${shape}`} />
    </svg>
  );
}
