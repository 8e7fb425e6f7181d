// The theme comes first: each screen's own sheet refines it.
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';
import './theme/page.css';
import './no-eval.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { awaitHome } from './app/first-home.ts';
import { EngineClient } from './engine-client.ts';
import { EngineContext } from './engine-context.ts';

const place = document.getElementById('root');
const bridge = window.blackstart;
if (place !== null && bridge === undefined) place.textContent = 'This page belongs to the Blackstart window and does nothing in a browser.';
if (place !== null && bridge !== undefined) {
  const engine = { client: new EngineClient(bridge), dialogs: bridge };
  const root = createRoot(place);
  void awaitHome(engine.client).then((firstHome) => { root.render(<StrictMode><EngineContext value={engine}><App firstHome={firstHome} /></EngineContext></StrictMode>); });
}
