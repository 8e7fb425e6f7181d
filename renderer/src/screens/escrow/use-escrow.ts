/** The register as the page sees it: asked once, then kept up to date by the engine's events and by the answers of a ceremony. */
import { useState } from 'react';
import type { ErrorEnvelope } from '../../../../electron/contract/errors.ts';
import type { CeremonyView, EscrowView } from '../../../../electron/contract/escrow-register.ts';
import { useEngineEvents, useQuery } from '../../engine-context.ts';

export interface Escrow {
  view: EscrowView | null;
  error: ErrorEnvelope | null;
  show(view: EscrowView): void;
  showCeremony(ceremony: CeremonyView): void;
}

/** @param wanted false: nothing is asked yet */
export function useEscrow(wanted = true): Escrow {
  const asked = useQuery('escrow.view', wanted ? {} : null);
  const [newest, setNewest] = useState<EscrowView | null>(null);
  const [seen, setSeen] = useState<EscrowView | null>(null);
  if (asked.result !== null && asked.result !== seen) {
    setSeen(asked.result);
    setNewest(asked.result);
  }
  useEngineEvents((event) => { if (event.event === 'escrow.changed') setNewest(event.view); });
  return {
    view: newest, error: asked.error, show: setNewest,
    showCeremony: (ceremony) => { setNewest((old) => (old === null ? null : { ...old, ceremony })); },
  };
}
