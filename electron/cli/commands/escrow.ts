import { Command } from 'commander';
import type { Perform } from '../perform.ts';
import { awayCommand, custodianCommand, destroyedCommand, observeCommand, placeCommand, retireCommand, setCommand } from './escrow-custody.ts';
import { combineCommand, enrollCommand } from './escrow-key.ts';
import { calendarCommand, cardCommand, exportCommand, networkCommand, recordCommand, signCommand, statusCommand } from './escrow-paper.ts';
import { proveCommand, verifyCommand, verifyShareCommand } from './escrow-verify.ts';

export function escrowCommand(perform: Perform): Command {
  const escrow = new Command('escrow').description('keys in escrow: whether what the custodians hold is the key that opens these backups, without showing it');
  for (const make of [
    enrollCommand, verifyShareCommand, verifyCommand, proveCommand, statusCommand, combineCommand,
    custodianCommand, awayCommand, destroyedCommand, retireCommand, setCommand, observeCommand, placeCommand,
    exportCommand, cardCommand, calendarCommand, recordCommand, signCommand, networkCommand,
  ]) escrow.addCommand(make(perform));
  return escrow;
}
