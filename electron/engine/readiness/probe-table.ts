/** Which probe examines which kind. A kind without a line here does not compile. */
import type { CheckKind } from '../../contract/check.ts';
import type { ProbeRunner } from './probe.ts';
import { probeAttest } from './probes/attest.ts';
import { probeBackup } from './probes/backup.ts';
import { probeClock } from './probes/clock.ts';
import { probeCommand } from './probes/command.ts';
import { probeContacts } from './probes/contacts.ts';
import { probeCredential } from './probes/credential.ts';
import { probeDir } from './probes/dir.ts';
import { probeEscrow } from './probes/escrow.ts';
import { probeFile } from './probes/file.ts';
import { probeHttp } from './probes/http.ts';
import { probeImage } from './probes/image.ts';
import { probeKnownAnswer } from './probes/known-answer.ts';
import { probeDisk, probeEncryption, probeMemory, probePower } from './probes/laptop.ts';
import { probeManifests } from './probes/manifests.ts';
import { probeS3Object } from './probes/s3-object.ts';
import { probeTls } from './probes/tls.ts';
import { probeTool } from './probes/tool.ts';

export const PROBES: { [K in CheckKind]: ProbeRunner<K> } = {
  tool: probeTool,
  file: probeFile,
  dir: probeDir,
  backup: probeBackup,
  's3-object': probeS3Object,
  'known-answer': probeKnownAnswer,
  escrow: probeEscrow,
  tls: probeTls,
  image: probeImage,
  manifests: probeManifests,
  credential: probeCredential,
  contacts: probeContacts,
  command: probeCommand,
  disk: probeDisk,
  memory: probeMemory,
  clock: probeClock,
  power: probePower,
  encryption: probeEncryption,
  http: probeHttp,
  attest: probeAttest,
};
