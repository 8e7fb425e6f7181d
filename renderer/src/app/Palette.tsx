/** `Ctrl K`: go anywhere. */
import { Autocomplete, Input, Menu, MenuItem, SearchField, useFilter } from 'react-aria-components';
import { Dialog, Modal, ModalOverlay } from 'react-aria-components';
import type { RunbookRow } from '../../../electron/contract/methods.ts';
import type { HomeView } from '../../../electron/contract/home.ts';
import { Layer } from '../keys/use-keys.tsx';
import { switchTheme } from '../theme/theme.ts';
import { visible } from '../visible.ts';
import { useNavigation } from './navigation.ts';

interface Place {
  id: string;
  label: string;
  group: string;
  go(): void;
}

function usePlaces(home: HomeView | null, runbooks: readonly RunbookRow[]): Place[] {
  const { go, start } = useNavigation();
  const fixed: Place[] = [
    { id: 'home', label: 'Home', group: 'Screen', go: () => { go({ screen: 'home' }); } },
    { id: 'start', label: 'Start recovery…', group: 'Do', go: () => { start({ runbook: null, mode: 'live' }); } },
    { id: 'runbooks', label: 'Runbooks', group: 'Screen', go: () => { go({ screen: 'runbooks' }); } },
    { id: 'readiness', label: 'Readiness', group: 'Screen', go: () => { go({ screen: 'readiness', id: null }); } },
    { id: 'outage', label: 'Outage switchboard', group: 'Screen', go: () => { go({ screen: 'outage' }); } },
    { id: 'incident', label: 'Incident', group: 'Screen', go: () => { go({ screen: 'incident', id: null }); } },
    { id: 'drills', label: 'Drills', group: 'Screen', go: () => { go({ screen: 'drills' }); } },
    { id: 'findings', label: 'Findings', group: 'Screen', go: () => { go({ screen: 'findings' }); } },
    { id: 'escrow', label: 'Escrow', group: 'Screen', go: () => { go({ screen: 'escrow', key: null }); } },
    { id: 'record', label: 'Record', group: 'Screen', go: () => { go({ screen: 'record' }); } },
    { id: 'people', label: 'People', group: 'Screen', go: () => { go({ screen: 'people' }); } },
    { id: 'kit', label: 'Kit board', group: 'Screen', go: () => { go({ screen: 'kit' }); } },
    { id: 'theme', label: 'Change between dark and light', group: 'Do', go: switchTheme },
  ];
  const runs = (home?.open_runs ?? []).map((run): Place => ({ id: `run ${run.id}`, label: visible(run.title), group: 'Open run', go: () => { go({ screen: 'run', run: run.id }); } }));
  const books = runbooks.flatMap((row): Place[] => [
    { id: `read ${row.id}`, label: visible(row.title), group: 'Runbook', go: () => { go({ screen: 'runbook', id: row.id }); } },
    { id: `ready ${row.id}`, label: visible(row.title), group: 'Readiness', go: () => { go({ screen: 'readiness', id: row.id }); } },
  ]);
  return [...runs, ...fixed, ...books];
}

export function Palette({ home, runbooks, onClose }: { home: HomeView | null; runbooks: readonly RunbookRow[]; onClose(): void }) {
  const places = usePlaces(home, runbooks);
  const { contains } = useFilter({ sensitivity: 'base' });
  const choose = (id: string): void => {
    onClose();
    places.find((place) => place.id === id)?.go();
  };
  return (
    <ModalOverlay isOpen isDismissable className="scrim top" onOpenChange={(open) => { if (!open) onClose(); }}>
      <Modal className="dialog-holder palette">
        <Dialog className="dialog" aria-label="Go anywhere">
          <Layer>
            <Autocomplete filter={contains}>
              <SearchField aria-label="Go to" autoFocus><Input className="input" data-palette="" placeholder="Go to a screen, a runbook, an open run" /></SearchField>
              <div className="places" tabIndex={0} role="group" aria-label="Places that match">
              <Menu aria-label="Places" items={places} onAction={(key) => { choose(String(key)); }} renderEmptyState={() => <p className="t3">Nothing of that name</p>}>
                {(place) => <MenuItem id={place.id} textValue={`${place.label} ${place.group}`} className="place"><span className="cut">{place.label}</span><span className="t3 s12 end">{place.group}</span></MenuItem>}
              </Menu>
              </div>
            </Autocomplete>
          </Layer>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
