import '../../../renderer/src/theme/fonts.css';
import '../../../renderer/src/theme/tokens.css';
import '../../../renderer/src/theme/base.css';
import '../../../renderer/src/theme/page.css';
import { createRoot } from 'react-dom/client';
import { App } from '../../../renderer/src/app/App.tsx';
import { EngineClient } from '../../../renderer/src/engine-client.ts';
import { EngineContext } from '../../../renderer/src/engine-context.ts';
import { recordedDoor } from './recorded-door.ts';

const query = new URLSearchParams(location.search);
const theme = query.get('theme');
if (theme !== null) document.documentElement.dataset['theme'] = theme;
const place = document.getElementById('root');
if (place !== null) {
  const client = new EngineClient(recordedDoor(query.get('scene') ?? 'home'));
  const dialogs = { chooseOpen: () => Promise.resolve(null), chooseSave: () => Promise.resolve(null), printPdf: () => Promise.resolve(null), openParticipants: () => Promise.resolve(), onParticipants: () => undefined };
  createRoot(place).render(<EngineContext value={{ client, dialogs }}><App /></EngineContext>);
}
