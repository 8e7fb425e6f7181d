/** A stand-in for the AWS command line, for the one drill that `npm test` keeps: buckets are folders below LAB_BUCKETS. */
import { copyFileSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = process.env['LAB_BUCKETS'] ?? '';
const words = process.argv.slice(2);
const optionOf = (name: string): string => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '';
const [service, verb, from = '', to = ''] = words.filter((word) => !word.startsWith('--'));

function list(): void {
  const bucket = join(root, optionOf('bucket'));
  const keys = globSync('**/*', { cwd: bucket }).filter((key) => key.startsWith(optionOf('prefix')) && statSync(join(bucket, key)).isFile());
  const Contents = keys.map((key) => ({ Key: key, Size: statSync(join(bucket, key)).size, LastModified: statSync(join(bucket, key)).mtime.toISOString() }));
  process.stdout.write(JSON.stringify(Contents.length === 0 ? {} : { Contents }));
}

process.stderr.write('aws: a stand-in of the tests, there is no object storage\n');
if (service === 's3api' && verb === 'list-objects-v2') list();
else if (service === 's3' && verb === 'cp') copyFileSync(join(root, from.replace('s3://', '')), to);
else {
  process.stderr.write(`aws: the stand-in does not know ${words.join(' ')}\n`);
  process.exitCode = 252;
}
