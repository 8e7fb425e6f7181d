/** The bar on top of every screen: where one is, the time, and whether the engine is there. */
import { Moon, Sun, WifiOff } from 'lucide-react';
import { type ReactNode, useSyncExternalStore } from 'react';
import { utcTime } from '../../../electron/contract/wording.ts';
import { Glyph } from '../components/Glyph.tsx';
import { switchTheme, useTheme } from '../theme/theme.ts';
import { useNow, zoneOf } from '../use-now.ts';
import { localTime, longDay } from '../wording.ts';

function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener('online', listener);
      window.addEventListener('offline', listener);
      return () => {
        window.removeEventListener('online', listener);
        window.removeEventListener('offline', listener);
      };
    },
    () => navigator.onLine,
  );
}

export function Clock() {
  const now = useNow();
  const zone = zoneOf(now);
  const local = zone === null ? null : localTime(now, zone);
  return <span className="now"><time dateTime={new Date(now).toISOString()}>{utcTime(new Date(now).toISOString())} UTC</time>{local !== null && <small>{local}</small>}</span>;
}

export function ThemeSwitch() {
  const theme = useTheme();
  const label = theme === 'dark' ? 'Change to the light theme' : 'Change to the dark theme';
  return (
    <button type="button" className="iconbtn no-print" aria-label={label} title={label} onClick={switchTheme}>
      {theme === 'dark' ? <Sun size={16} strokeWidth={1.75} aria-hidden="true" /> : <Moon size={16} strokeWidth={1.75} aria-hidden="true" />}
    </button>
  );
}

export function Network() {
  const online = useOnline();
  return <span className="offline"><WifiOff size={14} strokeWidth={1.75} aria-hidden="true" />{online ? 'Network not needed' : 'No network, none needed'}</span>;
}

export function Today() {
  const now = useNow();
  return <span className="t3">{longDay(now)}</span>;
}

/** @param lead mode and title of a run, or the name of the app. */
export function Bar({ lead, middle }: { lead: ReactNode; middle?: ReactNode }) {
  return (
    <header className="bar">
      {lead}
      <span className="grow" />
      {middle}
      <Clock />
      <ThemeSwitch />
    </header>
  );
}

export function Brand({ onPress }: { onPress(): void }) {
  return <button type="button" className="brand" onClick={onPress}><Glyph shape="mark" />Blackstart</button>;
}
