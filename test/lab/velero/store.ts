/** Velero's layout in an S3 bucket: `PREFIX/backups/NAME/velero-backup.json`, the archive of the objects, and what it says that it holds. */
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Backup, type Location } from './resources.ts';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

export class Store {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #root: string;

  constructor({ spec: { objectStorage, config } }: Location, credentials: Credentials) {
    this.#client = new S3Client({ endpoint: config.s3Url, region: config.region, forcePathStyle: true, credentials, requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' });
    this.#bucket = objectStorage.bucket;
    this.#root = objectStorage.prefix === '' ? 'backups/' : `${objectStorage.prefix}/backups/`;
  }

  async put(backup: string, file: string, body: Buffer): Promise<void> {
    await this.#client.send(new PutObjectCommand({ Bucket: this.#bucket, Key: `${this.#root}${backup}/${file}`, Body: body }));
  }

  async get(backup: string, file: string): Promise<Buffer> {
    const answer = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: `${this.#root}${backup}/${file}` }));
    return Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
  }

  /** Every backup whose record lies in the store. */
  async backups(): Promise<Backup[]> {
    const { Contents = [] } = await this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: this.#root }));
    const names = Contents.flatMap(({ Key = '' }) => (Key.endsWith('/velero-backup.json') ? [Key.slice(this.#root.length).split('/')[0] ?? ''] : []));
    return Promise.all(names.map(async (name) => Backup.parse(JSON.parse((await this.get(name, 'velero-backup.json')).toString('utf8')))));
  }
}

/** From a file as the AWS command line reads it, or null. */
export function credentialsIn(text: string): Credentials | null {
  const value = (name: string): string | undefined => new RegExp(`^${name}\\s*=\\s*(\\S+)`, 'mu').exec(text)?.[1];
  const [accessKeyId, secretAccessKey] = [value('aws_access_key_id'), value('aws_secret_access_key')];
  return accessKeyId === undefined || secretAccessKey === undefined ? null : { accessKeyId, secretAccessKey };
}
